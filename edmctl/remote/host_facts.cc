#include "edmctl/remote/host_facts.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"

namespace edm::ctl {
namespace {

constexpr int kDebianLeast = 12;

std::set<std::string> Minus(const std::set<std::string>& all, const std::set<std::string>& gone) {
  std::set<std::string> rest;
  std::ranges::set_difference(all, gone, std::inserter(rest, rest.end()));
  return rest;
}

}  // namespace

const std::vector<std::string>& WatchedPaths() {
  static const std::vector<std::string> kPaths{"/etc/apt/preferences.d/edm-extra",
                                               "/etc/apt/sources.list.d/edm-extra.sources",
                                               "/etc/containerd",
                                               "/etc/docker",
                                               "/etc/docker/key.json",
                                               "/etc/edm",
                                               "/etc/hosts",
                                               "/opt/containerd",
                                               "/root/.docker",
                                               "/run/containerd",
                                               "/run/docker",
                                               "/run/docker.pid",
                                               "/run/docker.sock",
                                               "/run/edm-worker.pid",
                                               "/var/lib/containerd",
                                               "/var/lib/docker",
                                               "/var/lib/edm-worker",
                                               "/var/log/docker.log",
                                               "/var/log/edm-worker.log"};
  return kPaths;
}

HostInventory Added(const HostInventory& before, const HostInventory& after) {
  return {Minus(after.packages, before.packages), Minus(after.users, before.users),
          Minus(after.groups, before.groups), Minus(after.paths, before.paths)};
}

std::map<std::string, std::string> ParseOsRelease(std::string_view text) {
  std::map<std::string, std::string> all;
  for (const auto& line : Split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || line.starts_with('#')) continue;
    auto value = std::string(Trim(std::string_view(line).substr(equals + 1)));
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    all[line.substr(0, equals)] = value;
  }
  return all;
}

std::set<std::string> ParseSelections(std::string_view text) {
  std::set<std::string> names;
  for (const auto& line : Split(text, '\n')) {
    const auto end = line.find_first_of(" \t");
    if (end == std::string::npos || !Trim(line).ends_with("install") || line.ends_with("deinstall")) continue;
    names.insert(line.substr(0, std::min(end, line.find(':'))));
  }
  return names;
}

std::set<std::string> ParseAccounts(std::string_view text) {
  std::set<std::string> names;
  for (const auto& line : Split(text, '\n')) {
    if (const auto end = line.find(':'); end != std::string::npos && end != 0)
      names.insert(line.substr(0, end));
  }
  return names;
}

std::set<std::string> ParseLines(std::string_view text) {
  std::set<std::string> lines;
  for (const auto& line : Split(text, '\n')) {
    if (!Trim(line).empty()) lines.emplace(Trim(line));
  }
  return lines;
}

std::vector<std::string> MountsWithin(const std::set<std::string>& paths, std::string_view mounts) {
  std::vector<std::string> within;
  for (const auto& line : Split(mounts, '\n')) {
    const auto words = Split(line, ' ');
    if (words.size() < 2) continue;
    const auto& at = words[1];
    const bool is_within = std::ranges::any_of(
        paths, [&](const auto& path) { return at == path || at.starts_with(path + "/"); });
    if (is_within) within.push_back(at);
  }
  std::ranges::reverse(within);  // each was mounted after what it lies in
  return within;
}

std::string ParseCandidate(std::string_view text) {
  for (const auto& line : Split(text, '\n')) {
    constexpr std::string_view kKey = "Candidate:";
    const auto trimmed = Trim(line);
    if (!trimmed.starts_with(kKey)) continue;
    const auto version = Trim(trimmed.substr(kKey.size()));
    return version == "(none)" ? "" : std::string(version);
  }
  return "";
}

std::string MirrorOf(std::string_view sources) {
  for (const auto& line : Split(sources, '\n')) {
    const auto words = Split(Trim(line), ' ');
    if (words.empty() || (words.front() != "URIs:" && words.front() != "deb")) continue;
    for (auto word : words) {
      while (word.ends_with('/')) word.pop_back();
      if (word.starts_with("http") && word.ends_with("/debian")) return word;
    }
  }
  return "http://deb.debian.org/debian";
}

Status JudgeSystem(const std::map<std::string, std::string>& os_release) {
  const auto field = [&](const char* key) {
    const auto found = os_release.find(key);
    return found == os_release.end() ? std::string() : found->second;
  };
  const auto version = field("VERSION_ID");
  int number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  if (field("ID") == "debian" && number >= kDebianLeast) return Ok();
  return Error{
      Code::kFailedPrecondition,
      "system",
      (field("PRETTY_NAME").empty() ? "it is not known which one it is" : "it is " + field("PRETTY_NAME")),
      {},
      "Debian 12 or later; elsewhere install edm-worker by hand (README, More machines)"};
}

std::string ExtraSources(const std::string& mirror) {
  std::string text;
  for (const auto* suite : {"bullseye", "trixie"}) {
    if (!text.empty()) text += "\n";
    text += "Types: deb\nURIs: " + mirror + "\nSuites: " + suite +
            "\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n";
  }
  return text;
}

std::string ExtraPins() {
  return "Package: *\nPin: release n=bullseye\nPin-Priority: -1\n\n"
         "Package: consul\nPin: release n=bullseye\nPin-Priority: 500\n\n"
         "Package: *\nPin: release n=trixie\nPin-Priority: -1\n\n"
         "Package: docker-compose\nPin: release n=trixie\nPin-Priority: 990\n";
}

}  // namespace edm::ctl
