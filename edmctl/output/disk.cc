#include "edmctl/output/disk.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/size_units.h"
#include "common/base/text.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

std::string SizeOf(const v1::DiskUse& use) {
  return use.has_size_kib() ? FormatBytes(use.size_kib() * kKibibyte) : "?";
}

std::string SharedOf(const v1::DiskUse& use) {
  return use.shared_kib() == 0 ? "" : FormatBytes(use.shared_kib() * kKibibyte);
}

std::string Heading(const v1::MachineDisk& disk) {
  std::string text = disk.machine();
  for (const auto& place : disk.places()) {
    text += fmt::format("  {}: {} free of {}", place.path(), FormatBytes(place.free_mib() * kMebibyte),
                        FormatBytes(place.total_mib() * kMebibyte));
  }
  return text + "\n";
}

std::string Kinds(const Terminal& terminal, const v1::MachineDisk& disk) {
  std::vector<Row> rows;
  for (const auto& use : disk.uses())
    rows.push_back({"  " + use.kind(), std::to_string(use.count()), SizeOf(use), SharedOf(use)});
  return rows.empty() ? "" : RenderTable(terminal, {"  KIND", "COUNT", "SIZE", "SHARED"}, rows);
}

std::string Others(const v1::MachineDisk& disk) {
  std::vector<std::string> all;
  for (const auto& use : disk.foreign())
    all.push_back(fmt::format("{} {} {}", use.count(), use.kind(), SizeOf(use)));
  return all.empty() ? "" : "  not edm's, never touched: " + Join(all, ", ") + "\n";
}

std::string Removals(const v1::MachineDisk& disk, WallTime now) {
  constexpr int kShownMax = 5;
  std::string text;
  for (int i = std::max(0, disk.removed_size() - kShownMax); i < disk.removed_size(); ++i) {
    const auto& one = disk.removed(i);
    text +=
        fmt::format("  removed {} ago: {}{}; {}\n", Age(one.time(), now), one.what(),
                    one.has_size_kib() ? ", " + FormatBytes(one.size_kib() * kKibibyte) : "", one.reason());
  }
  return text;
}

std::string Instances(const Terminal& terminal, const v1::MachineDisk& disk) {
  std::vector<std::string> kinds;
  for (const auto& instance : disk.instances()) {
    for (const auto& use : instance.uses()) {
      if (std::ranges::find(kinds, use.kind()) == kinds.end()) kinds.push_back(use.kind());
    }
  }
  Row headings{"  INSTANCE"};
  for (auto kind : kinds) {
    std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return std::toupper(c); });
    headings.push_back(std::move(kind));
  }
  std::vector<Row> rows;
  for (const auto& instance : disk.instances()) {
    Row row{"  " + instance.instance()};
    for (const auto& kind : kinds) {
      const auto found = std::ranges::find(instance.uses(), kind, &v1::DiskUse::kind);
      row.push_back(found == instance.uses().end() ? "-" : SizeOf(*found));
    }
    rows.push_back(std::move(row));
  }
  return rows.empty() ? "" : RenderTable(terminal, headings, rows);
}

}  // namespace

std::string RenderDisk(const Terminal& terminal, const v1::MachineDisk& disk, WallTime now) {
  std::string text = Heading(disk);
  if (disk.has_failure()) text += "  not all is known: " + disk.failure().cause() + "\n";
  return text + Kinds(terminal, disk) + Others(disk) + Removals(disk, now) + Instances(terminal, disk);
}

}  // namespace edm::ctl
