#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm::worker {

// A file of mode 0600 that is gone when this is destroyed.
class StagedFile {
 public:
  // Makes `directory` (mode 0700) if need be. kResourceExhausted: no space.
  static Result<StagedFile> Write(const std::string& directory, std::string_view name_hint,
                                  std::string_view text);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();

  const std::string& path() const { return path_; }

 private:
  explicit StagedFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace edm::worker
