#include "edmctl/remote/worker_setup.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/os/files.h"
#include "edmctl/remote/engine_setup.h"

namespace edm::ctl {
namespace {

constexpr const char* kWorkerConfig = "/etc/edm/worker.yaml";
constexpr const char* kLog = "/var/log/edm-worker.log";
constexpr const char* kIdentity = "/var/lib/edm-worker/tls/worker.pem";
constexpr std::size_t kPackageBytesMax = std::size_t{512} << 20U;
constexpr Millis kReadyLookEvery{300};

std::vector<std::string> Apt(std::vector<std::string> words) {
  words.insert(words.begin(), {"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"});
  return words;
}

// "2.26.1-4" -> 2.
int Major(const std::string& version) { return std::atoi(version.c_str()); }

}  // namespace

std::string WorkerConfig(const SetupWishes& wishes, std::optional<std::uint32_t> networks_max) {
  // JSON texts are YAML's as well.
  const auto quoted = [](const std::string& text) { return nlohmann::json(text).dump(); };
  auto text = "# Written by edmctl worker add; edm-worker --check-config shows all that can be set.\nid: " +
              quoted(wishes.id) + "\nmaster: " + quoted(wishes.master) + "\n";
  if (!wishes.public_address.empty()) text += "public_address: " + quoted(wishes.public_address) + "\n";
  if (!wishes.labels.empty()) text += "labels:\n";
  for (const auto& [key, value] : wishes.labels) text += "  " + quoted(key) + ": " + quoted(value) + "\n";
  if (networks_max) text += "networks:\n  max: " + std::to_string(*networks_max) + "\n";
  return text;
}

Status WorkerSetup::SaveJournal() {
  EDM_TRY([[maybe_unused]] const auto made,
          host_.Do({"install", "-d", "-m", "700", kSetupFolder}, kSetupFolder));
  return host_.WriteFile(kSetupJournal, PrintJournal(journal_), "600");
}

Status WorkerSetup::Check() {
  EDM_TRY(const auto release, host_.ReadFile("/etc/os-release"));
  auto system = ParseOsRelease(release);
  EDM_CHECK(JudgeSystem(system));
  EDM_TRY(const auto architecture, host_.Do({"dpkg", "--print-architecture"}, "dpkg"));
  EDM_TRY(systemd_, host_.HasSystemd());
  EDM_TRY(const auto kept, host_.ReadFile(kSetupJournal));
  if (!kept.empty()) {
    EDM_TRY(journal_, ParseJournal(kept));
    if (journal_.worker != wishes_.id) {
      return Error{Code::kAlreadyExists,
                   "machine",
                   "it was set up as worker " + Shown(journal_.worker),
                   {},
                   "edmctl worker uninstall it first, or give --id " + Shown(journal_.worker)};
    }
  } else {
    journal_.worker = wishes_.id;
    EDM_TRY(journal_.before, host_.TakeInventory());
    if (journal_.before.packages.contains("edm-worker")) {
      return Error{Code::kAlreadyExists,
                   "machine",
                   "edm-worker is installed there by somebody else",
                   {},
                   "join it by hand: edmctl token create, edm-worker join"};
    }
    EDM_CHECK(SaveJournal());
  }
  say_("machine", system["PRETTY_NAME"] + ", " + std::string(Trim(architecture)) +
                      (systemd_ ? "" : ", without systemd"));
  return Ok();
}

Status WorkerSetup::AddSources() {
  const auto is_compose = [](const std::string& path) {
    return path.substr(path.rfind('/') + 1).starts_with("docker-compose_");
  };
  if (std::ranges::any_of(wishes_.packages, is_compose)) return Ok();
  const std::vector<std::string> ask{"apt-cache", "policy", "docker-compose"};
  EDM_TRY(auto candidate, host_.Do(ask, "docker-compose"));
  if (ParseCandidate(candidate).empty()) {  // nothing was ever listed there
    EDM_CHECK(UpdateLists());
    EDM_TRY(candidate, host_.Do(ask, "docker-compose"));
  }
  if (Major(ParseCandidate(candidate)) >= 2) return Ok();
  EDM_TRY(const auto named, host_.ReadFile("/etc/apt/sources.list.d/debian.sources"));
  EDM_TRY(const auto list, host_.ReadFile("/etc/apt/sources.list"));
  EDM_CHECK(host_.WriteFile("/etc/apt/sources.list.d/edm-extra.sources",
                            ExtraSources(MirrorOf(named + "\n" + list)), "644"));
  EDM_CHECK(host_.WriteFile("/etc/apt/preferences.d/edm-extra", ExtraPins(), "644"));
  return UpdateLists();
}

Status WorkerSetup::UpdateLists() {
  EDM_TRY([[maybe_unused]] const auto updated,
          host_.Do(Apt({"update"}), "package lists", {}, RemoteHost::kPatiently));
  return Ok();
}

Status WorkerSetup::CopyPackages(std::vector<std::string>& there) {
  for (std::size_t i = 0; i < wishes_.packages.size(); ++i) {
    EDM_TRY(const auto bytes, edm::ctl::ReadFile(wishes_.packages[i], kPackageBytesMax));
    there.push_back(std::string(kSetupFolder) + "/" + std::to_string(i) + ".deb");
    EDM_CHECK(host_.WriteFile(there.back(), bytes, "644"));
  }
  return Ok();
}

Status WorkerSetup::Install() {
  std::vector<std::string> wanted;
  EDM_CHECK(CopyPackages(wanted));
  EDM_CHECK(AddSources());
  EDM_TRY(const auto engine, host_.Succeeds({"docker", "version"}));
  std::vector<std::string> words{"install", "--no-install-recommends", "-o",
                                 "Dpkg::Options::=--force-confold"};
  words.insert(words.end(), wanted.begin(), wanted.end());
  for (const auto* more : {"ca-certificates", "iptables"}) words.emplace_back(more);
  if (!engine) {
    words.emplace_back("docker.io");
    if (!journal_.engine_config) {
      EDM_TRY(journal_.engine_config, ConfigToPrepare(host_));
      EDM_CHECK(SaveJournal());
    }
    if (journal_.engine_config) EDM_CHECK(PrepareEngine(host_, *journal_.engine_config));
  }
  if (journal_.engine_config) words.emplace_back("nftables");
  const auto install = [&] { return host_.Do(Apt(words), "packages", {}, RemoteHost::kPatiently); };
  // What is at hand needs no new lists; they are asked for when it does not do with the old ones.
  if (!install().ok()) {
    EDM_CHECK(UpdateLists());
    EDM_TRY([[maybe_unused]] const auto done, install());
  }
  for (const auto& path : wanted) {
    EDM_TRY([[maybe_unused]] const auto gone, host_.Do({"rm", "-f", path}, path));
  }
  if (journal_.engine_config) EDM_CHECK(LoadNetworkRules(host_, systemd_));
  EDM_CHECK(AwaitEngine());
  EDM_TRY(const auto now, host_.TakeInventory());
  journal_.added = Added(journal_.before, now);
  journal_.finished = true;
  EDM_CHECK(SaveJournal());
  say_("packages", Counted(journal_.added.packages.size(), "package") + " installed" +
                       (engine && !journal_.engine_config ? ", its engine was there" : ""));
  return Ok();
}

Status WorkerSetup::StartEngine() {
  std::vector<std::string> words{"systemctl", "enable", "--now", "docker"};
  if (!systemd_) {
    EDM_TRY(const auto started, host_.Succeeds({"service", "docker", "start"}));
    if (started) return Ok();
    // Debian's script gives up where limits cannot be raised, as in many a container. It stops this one too.
    words = {"start-stop-daemon",
             "--start",
             "--background",
             "--make-pidfile",
             "--pidfile",
             "/var/run/docker-ssd.pid",
             "--output",
             "/var/log/docker.log",
             "--exec",
             "/usr/sbin/dockerd",
             "--",
             "--pidfile",
             "/var/run/docker.pid"};
  }
  EDM_TRY([[maybe_unused]] const auto started, host_.Do(words, "Docker engine"));
  return Ok();
}

Status WorkerSetup::AwaitEngine() {
  EDM_TRY(auto answers, host_.Succeeds({"docker", "version"}));
  if (answers) return Ok();
  EDM_CHECK(StartEngine());
  const auto until = std::chrono::steady_clock::now() + kEngineWithin;
  while (!answers && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(kReadyLookEvery);
    EDM_TRY(answers, host_.Succeeds({"docker", "version"}));
  }
  if (answers) return Ok();
  return Error{Code::kUnavailable,
               "Docker engine",
               "it did not answer within 30 s",
               {},
               systemd_ ? "journalctl -u docker, there" : "/var/log/docker.log, there"};
}

Status WorkerSetup::Configure() {
  EDM_TRY([[maybe_unused]] const auto made, host_.Do({"install", "-d", "-m", "755", "/etc/edm"}, "/etc/edm"));
  const auto networks_max = journal_.engine_config ? std::optional(kPreparedNetworksMax) : std::nullopt;
  EDM_CHECK(host_.WriteFile(kWorkerConfig, WorkerConfig(wishes_, networks_max), "640"));
  say_("configuration", kWorkerConfig);
  return Ok();
}

Status WorkerSetup::Join(const std::string& token) {
  EDM_TRY([[maybe_unused]] const auto joined,
          host_.Do({"edm-worker", "join", "--config", kWorkerConfig, "--token-file", "-"}, "edm-worker join",
                   token + "\n"));
  say_("certificate", kIdentity);
  return Ok();
}

Status WorkerSetup::Start() {
  std::vector<std::string> words{"systemctl", "enable", "--now", "edm-worker"};
  if (!systemd_) {
    // For one that ran already, with an older identity.
    EDM_TRY([[maybe_unused]] const auto stopped,
            host_.Succeeds(
                {"start-stop-daemon", "--stop", "--oknodo", "--retry", "10", "--pidfile", kWorkerPidFile}));
    words = {
        "start-stop-daemon", "--start", "--background", "--make-pidfile",      "--pidfile", kWorkerPidFile,
        "--output",          kLog,      "--exec",       "/usr/bin/edm-worker", "--",        "--config",
        kWorkerConfig};
  }
  EDM_TRY([[maybe_unused]] const auto started, host_.Do(words, "edm-worker"));
  say_("worker", systemd_ ? "started by systemd" : "started in the background: a reboot ends it");
  return Ok();
}

}  // namespace edm::ctl
