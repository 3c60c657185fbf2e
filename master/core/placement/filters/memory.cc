#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "master/core/placement/filter.h"
#include "master/core/placement/taken.h"

namespace edm::master {
namespace {

// Two counts, of which the lesser is free: what its samples show less what was promised since, and what it
// has less what the instances there said they take, used or not.
struct Room {
  std::uint64_t live = 0;
  std::uint64_t promised = 0;
  std::uint64_t reserved = 0;  // by others
  std::uint64_t total = 0;

  std::uint64_t unreserved() const { return total - std::min(total, reserved); }
  std::uint64_t free() const { return std::min(live - std::min(live, promised), unreserved()); }
};

Room RoomOn(const Question& question, const Site& site) {
  return {site.load().memory_available_mib, site.promised.memory_mib,
          TakenByOthers(question, site, &Share::memory_mib), site.load().memory_total_mib};
}

// Where its images are it may be running, and is in the figures already.
Hope Judge(const Question& question, const Site& site) {
  const auto& request = question.request;
  if (!request.holder.empty() && request.holder == site.id()) return Hope::kFits;
  const auto room = RoomOn(question, site);
  if (request.memory_mib > room.total) return Hope::kNever;
  if (room.unreserved() < request.share.memory_mib || room.live < request.memory_mib) return Hope::kLater;
  return room.live < room.promised + request.memory_mib ? Hope::kPromised : Hope::kFits;
}

std::string Explain(const Question& question, const Site& site) {
  const auto& request = question.request;
  const auto room = RoomOn(question, site);
  if (room.unreserved() < request.share.memory_mib) {
    return fmt::format("has {} MiB of memory and {} reserved, {} are needed", room.total, room.reserved,
                       request.share.memory_mib);
  }
  return fmt::format("has {} MiB of memory free and {} promised, {} are needed", room.live, room.promised,
                     request.memory_mib);
}

std::string_view Phrase(const Question&, const Site&) { return "lacks memory"; }

std::uint64_t Free(const Question& question, const Site& site) { return RoomOn(question, site).free(); }

std::string Detail(const Question& question, const Site& site) {
  const auto room = RoomOn(question, site);
  return FormatBytes(room.free() << 20U) + " of " + FormatBytes(room.total << 20U) + " free";
}

}  // namespace

constinit const Filter kMemory{"memory", Basis::kShape, Judge, Explain, Phrase, Detail, Free};

}  // namespace edm::master
