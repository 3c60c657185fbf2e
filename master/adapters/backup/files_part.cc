#include "master/adapters/backup/files_part.h"

#include <fstream>
#include <iterator>
#include <system_error>

namespace edm::master {

Result<bool> FilesPart::Step(TarStream& to) {
  if (files_.empty()) return false;
  const auto file = files_.front();
  files_.pop_front();
  std::error_code failed;
  const auto size = std::filesystem::file_size(file.path, failed);
  if (failed && !file.needed) return true;
  if (failed || size > kFileBytesMax) {
    return Error{Code::kFailedPrecondition,
                 file.path.string(),
                 failed ? failed.message() : "it is larger than 1 MiB",
                 {},
                 "a backup without it could not be restored"};
  }
  std::ifstream stream(file.path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream)
    return Error{Code::kPermissionDenied, file.path.string(), "it cannot be read", {}, "see who owns it"};
  EDM_CHECK(to.AddFile(file.name, 0600, content));
  return true;
}

}  // namespace edm::master
