#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/unique_fd.h"

namespace edm::ctl {

// A file that comes into being whole or not at all: written beside its place with mode 0600, synced, then
// renamed. Without Finish nothing is left of it, and what stood there stays.
class NewFile {
 public:
  // kNotFound: no such folder; kPermissionDenied.
  static Result<NewFile> Begin(const std::string& path);
  ~NewFile();
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;

  Status Write(std::string_view bytes);
  Status Finish();

 private:
  NewFile(std::string path, std::string beside, UniqueFd file)
      : path_(std::move(path)), beside_(std::move(beside)), file_(std::move(file)) {}
  Error Failed(int error) const;

  std::string path_;
  std::string beside_;  // "" once it is renamed or given up
  UniqueFd file_;
};

}  // namespace edm::ctl
