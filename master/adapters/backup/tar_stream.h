#pragma once

#include <archive.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/owned.h"
#include "common/base/result.h"

namespace edm::master {

// A tar (pax) that grows in memory and is taken away piece by piece. One thread.
class TarStream {
 public:
  TarStream();

  Status AddFolder(const std::string& path);
  Status AddFile(const std::string& path, std::uint32_t mode, std::string_view content);
  // A file that comes in parts: exactly `size` bytes are to follow by Write.
  Status BeginFile(const std::string& path, std::uint32_t mode, std::uint64_t size);
  Status Write(std::string_view bytes);
  Status Close();  // nothing more is to come

  std::size_t size() const { return bytes_.size(); }  // that wait to be taken
  std::string Take(std::size_t bytes_max);

 private:
  static la_ssize_t Put(archive*, void* self, const void* bytes, std::size_t size);
  Status Header(const std::string& path, std::uint32_t type, std::uint32_t mode, std::uint64_t size);
  Error Failure(const std::string& path) const;

  std::string bytes_;
  Owned<archive, archive_write_free> archive_;
};

}  // namespace edm::master
