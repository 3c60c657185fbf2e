#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::master {

// Files of an upload, judged and unpacked on the git server's filesystem. Removed with this object.
class StagedTree {
 public:
  virtual ~StagedTree() = default;
  virtual const std::string& directory() const = 0;
  virtual const std::string& digest() const = 0;  // sha256 of the bytes that came, hex
  virtual std::uint32_t files() const = 0;
  virtual std::uint64_t bytes() const = 0;  // unpacked
};

// An upload on its way in. Destroyed before Finish: nothing stays.
class Upload {
 public:
  virtual ~Upload() = default;
  // Blocks while the disk is slow. kResourceExhausted beyond the limit or when the disk is full.
  virtual Status Write(std::string_view bytes) = 0;
  // tar, tar.gz, tar.zst or zip, told by content. Refuses what architecture.md lists under "Safe from the
  // first day".
  virtual Result<std::unique_ptr<StagedTree>> Finish() = 0;
};

// Takes source in. Blocking; any thread.
class SourceIntake {
 public:
  virtual ~SourceIntake() = default;
  virtual Result<std::unique_ptr<Upload>> Begin() = 0;
};

}  // namespace edm::master
