#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace edm::ctl {

// What a machine has, as far as setting up a worker changes it.
struct HostInventory {
  std::set<std::string> packages;
  std::set<std::string> users;
  std::set<std::string> groups;
  std::set<std::string> paths;  // of kWatchedPaths
  bool operator==(const HostInventory&) const = default;
};

// Files and folders that the packages and the worker leave behind when they are purged.
const std::vector<std::string>& WatchedPaths();

// What is in `after` and not in `before`.
HostInventory Added(const HostInventory& before, const HostInventory& after);

// KEY=VALUE lines of os-release, without quotes.
std::map<std::string, std::string> ParseOsRelease(std::string_view text);
// Names of installed packages, from `dpkg --get-selections`.
std::set<std::string> ParseSelections(std::string_view text);
// Names from /etc/passwd or /etc/group.
std::set<std::string> ParseAccounts(std::string_view text);
// The lines.
std::set<std::string> ParseLines(std::string_view text);
// What is mounted at or below these paths, by /proc/mounts: in the order in which it can be unmounted.
std::vector<std::string> MountsWithin(const std::set<std::string>& paths, std::string_view mounts);
// The version that `apt-cache policy NAME` would install; "" for none.
std::string ParseCandidate(std::string_view text);
// The first Debian mirror in sources of either form; deb.debian.org when there is none.
std::string MirrorOf(std::string_view sources);

// Debian 12 or later; others are not tried. Error: kFailedPrecondition.
Status JudgeSystem(const std::map<std::string, std::string>& os_release);

// The sources and pins for docker-compose 2 and Consul on Debian 12, whose own are too old or missing.
std::string ExtraSources(const std::string& mirror);
std::string ExtraPins();

}  // namespace edm::ctl
