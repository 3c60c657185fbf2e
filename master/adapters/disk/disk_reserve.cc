#include "master/adapters/disk/disk_reserve.h"

#include <fmt/format.h>

#include "common/adapters/files/disk_walk.h"
#include "common/base/text.h"
#include "master/ports/full_disk.h"

namespace edm::master {

std::optional<DiskReserve::Room> DiskReserve::Measure() const {
  const auto place = PlaceOnDisk(folder_);
  if (place.total_bytes == 0) return std::nullopt;
  return Room{place.free_bytes, place.total_bytes, bytes_};
}

Status DiskReserve::Check(std::string_view what) const {
  const auto room = Measure();
  // A disk that does not tell is found out by the write itself.
  if (!room || room->free_bytes >= bytes_) return Ok();
  auto error = FullDisk(what);
  error.evidence = {fmt::format("{} free in {}, of which {} are kept for the state (disk.reserve)",
                                FormatBytes(room->free_bytes), folder_, FormatBytes(bytes_))};
  return error;
}

}  // namespace edm::master
