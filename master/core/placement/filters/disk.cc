#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "master/core/placement/filter.h"
#include "master/core/placement/taken.h"
#include "master/model/limits.h"

namespace edm::master {
namespace {

// Below the floor nothing is placed, whatever it says it takes.
std::uint64_t Needed(const Question& question, const Site& site) {
  const bool holds = !question.request.holder.empty() && question.request.holder == site.id();
  return kDiskFloorMib + (holds ? 0 : question.request.share.disk_mib);
}

bool IsReserved(const Question& question, const Site& site) {
  const std::uint64_t total = site.load().disk_total_mib;
  return question.request.share.disk_mib > 0 &&
         TakenByOthers(question, site, &Share::disk_mib) + question.request.share.disk_mib + kDiskFloorMib >
             total;
}

Hope Judge(const Question& question, const Site& site) {
  const std::uint64_t free = site.load().disk_free_mib;
  if (question.request.share.disk_mib > 0 && Needed(question, site) > site.load().disk_total_mib)
    return Hope::kNever;
  if (free < kDiskFloorMib) return Hope::kMended;
  if (free < Needed(question, site) || IsReserved(question, site)) return Hope::kLater;
  return free < site.promised.disk_mib + Needed(question, site) ? Hope::kPromised : Hope::kFits;
}

std::string Explain(const Question& question, const Site& site) {
  if (IsReserved(question, site) && site.load().disk_free_mib >= Needed(question, site)) {
    return fmt::format("has {} MiB of disk and {} reserved, {} are needed", site.load().disk_total_mib,
                       TakenByOthers(question, site, &Share::disk_mib), Needed(question, site));
  }
  if (site.promised.disk_mib > 0) {
    return fmt::format("has {} MiB of disk free and {} promised, {} are needed", site.load().disk_free_mib,
                       site.promised.disk_mib, Needed(question, site));
  }
  return fmt::format("has {} MiB of disk free, {} are needed", site.load().disk_free_mib,
                     Needed(question, site));
}

std::string_view Phrase(const Question&, const Site&) { return "lacks disk"; }

std::uint64_t Free(const Question& question, const Site& site) {
  const std::uint64_t total = site.load().disk_total_mib;
  const auto unreserved = total - std::min(total, TakenByOthers(question, site, &Share::disk_mib));
  return std::min<std::uint64_t>(site.load().disk_free_mib, unreserved);
}

std::string Detail(const Question& question, const Site& site) {
  return FormatBytes(Free(question, site) << 20U) + " of " +
         FormatBytes(std::uint64_t{site.load().disk_total_mib} << 20U) + " free";
}

}  // namespace

constinit const Filter kDisk{"disk", Basis::kShape, Judge, Explain, Phrase, Detail, Free};

}  // namespace edm::master
