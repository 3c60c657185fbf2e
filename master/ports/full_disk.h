#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// The object of errors for want of space on data_dir.
inline constexpr const char* kMasterDisk = "disk of the master";

// kResourceExhausted; `what` could not be written.
inline Error FullDisk(std::string_view what) {
  return {Code::kResourceExhausted,
          kMasterDisk,
          "it is full: " + std::string(what) + " cannot be written",
          {},
          "free space there, or move data_dir to a larger disk"};
}

}  // namespace edm::master
