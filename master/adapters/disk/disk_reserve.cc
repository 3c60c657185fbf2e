#include "master/adapters/disk/disk_reserve.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include "common/base/text.h"
#include "master/ports/full_disk.h"

namespace edm::master {

Status DiskReserve::Check(std::string_view what) const {
  struct statvfs facts {};
  // A disk that does not tell is found out by the write itself.
  if (::statvfs(folder_.c_str(), &facts) != 0) return Ok();
  const auto free = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
  if (free >= bytes_) return Ok();
  auto error = FullDisk(what);
  error.evidence = {fmt::format("{} free in {}, of which {} are kept for the state (disk.reserve)",
                                FormatBytes(free), folder_, FormatBytes(bytes_))};
  return error;
}

}  // namespace edm::master
