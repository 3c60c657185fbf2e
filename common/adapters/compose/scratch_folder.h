#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"

namespace edm {

// A folder with given files, readable by one user only, removed with this object.
class ScratchFolder {
 public:
  // `owner`: given to that uid and gid; needs root.
  static Result<ScratchFolder> Make(const std::string& above, const std::map<std::string, std::string>& files,
                                    std::optional<std::uint32_t> owner);
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ~ScratchFolder();

  const std::string& path() const { return path_; }  // absolute, without links

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace edm
