#include "common/rpc/mapping/disk.h"

#include <algorithm>
#include <limits>

#include "common/base/size_units.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/repeated.h"
#include "common/rpc/mapping/time.h"

namespace edm::rpc {
namespace {

std::uint32_t Whole(std::uint64_t bytes, std::uint64_t unit) {
  const auto units = bytes / unit + (bytes % unit != 0 ? 1 : 0);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(units, std::numeric_limits<std::uint32_t>::max()));
}

v1::DiskUse UseToProto(const DiskUse& use) {
  v1::DiskUse message;
  message.set_kind(use.kind);
  message.set_count(use.count);
  if (use.bytes) message.set_size_kib(Whole(*use.bytes, kKibibyte));
  if (use.shared_bytes) message.set_shared_kib(Whole(*use.shared_bytes, kKibibyte));
  return message;
}

DiskUse UseFromProto(const v1::DiskUse& message) {
  DiskUse use{.kind = message.kind(), .count = message.count(), .bytes = {}, .shared_bytes = {}};
  if (message.has_size_kib()) use.bytes = message.size_kib() * kKibibyte;
  if (message.has_shared_kib()) use.shared_bytes = message.shared_kib() * kKibibyte;
  return use;
}

v1::InstanceDisk InstanceToProto(const InstanceDisk& instance) {
  v1::InstanceDisk message;
  message.set_instance(instance.instance);
  MapInto(instance.uses, message.mutable_uses(), UseToProto);
  return message;
}

InstanceDisk InstanceFromProto(const v1::InstanceDisk& message) {
  return {message.instance(), MapAll<DiskUse>(message.uses(), UseFromProto)};
}

v1::MachineDisk::Place PlaceToProto(const DiskPlace& place) {
  v1::MachineDisk::Place message;
  message.set_path(place.path);
  message.set_total_mib(static_cast<std::uint32_t>(place.total_bytes / kMebibyte));
  message.set_free_mib(static_cast<std::uint32_t>(place.free_bytes / kMebibyte));
  return message;
}

DiskPlace PlaceFromProto(const v1::MachineDisk::Place& message) {
  return {message.path(), message.total_mib() * kMebibyte, message.free_mib() * kMebibyte};
}

v1::MachineDisk::Removal RemovalToProto(const DiskRemoval& removal) {
  v1::MachineDisk::Removal message;
  *message.mutable_time() = ToProto(removal.time);
  message.set_what(removal.what);
  if (removal.bytes) message.set_size_kib(Whole(*removal.bytes, kKibibyte));
  message.set_reason(removal.reason);
  return message;
}

DiskRemoval RemovalFromProto(const v1::MachineDisk::Removal& message) {
  DiskRemoval removal{FromProto(message.time()), message.what(), {}, message.reason()};
  if (message.has_size_kib()) removal.bytes = message.size_kib() * kKibibyte;
  return removal;
}

}  // namespace

v1::MachineDisk ToProto(const MachineDisk& disk) {
  v1::MachineDisk message;
  message.set_machine(disk.machine);
  MapInto(disk.places, message.mutable_places(), PlaceToProto);
  MapInto(disk.uses, message.mutable_uses(), UseToProto);
  MapInto(disk.instances, message.mutable_instances(), InstanceToProto);
  MapInto(disk.foreign, message.mutable_foreign(), UseToProto);
  MapInto(disk.removed, message.mutable_removed(), RemovalToProto);
  *message.mutable_measured_at() = ToProto(disk.measured_at);
  if (disk.failure) *message.mutable_failure() = ToProto(*disk.failure);
  return message;
}

MachineDisk FromProto(const v1::MachineDisk& message) {
  MachineDisk disk{.machine = message.machine(),
                   .places = MapAll<DiskPlace>(message.places(), PlaceFromProto),
                   .uses = MapAll<DiskUse>(message.uses(), UseFromProto),
                   .instances = MapAll<InstanceDisk>(message.instances(), InstanceFromProto),
                   .foreign = MapAll<DiskUse>(message.foreign(), UseFromProto),
                   .removed = MapAll<DiskRemoval>(message.removed(), RemovalFromProto),
                   .measured_at = FromProto(message.measured_at()),
                   .failure = {}};
  if (message.has_failure()) disk.failure = FromProto(message.failure());
  return disk;
}

}  // namespace edm::rpc
