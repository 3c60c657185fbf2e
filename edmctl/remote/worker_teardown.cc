#include "edmctl/remote/worker_teardown.h"

#include "common/base/text.h"
#include "edmctl/remote/engine_setup.h"

namespace edm::ctl {
namespace {

// The engine goes last of what runs: purging the worker's package takes along what it made there.
Status StopWorker(DebianHost& host, bool systemd) {
  const std::vector<std::string> words =
      systemd ? std::vector<std::string>{"systemctl", "disable", "--now", "edm-worker"}
              : std::vector<std::string>{"start-stop-daemon", "--stop",      "--oknodo", "--retry", "15",
                                         "--pidfile",         kWorkerPidFile};
  EDM_TRY([[maybe_unused]] const auto stopped, host.Succeeds(words));
  return Ok();
}

Status Purge(DebianHost& host, const std::set<std::string>& packages) {
  if (packages.empty()) return Ok();
  std::vector<std::string> words{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "purge"};
  words.insert(words.end(), packages.begin(), packages.end());
  EDM_TRY([[maybe_unused]] const auto done, host.Do(words, "packages", {}, RemoteHost::kPatiently));
  return Ok();
}

// An engine leaves its own folder mounted where that was no mount before.
Status RemoveFiles(DebianHost& host, const std::set<std::string>& paths) {
  if (paths.empty()) return Ok();
  EDM_TRY(const auto mounts, host.ReadFile("/proc/mounts"));
  for (const auto& path : MountsWithin(paths, mounts)) {
    EDM_TRY([[maybe_unused]] const auto gone, host.Do({"umount", "--", path}, path));
  }
  std::vector<std::string> words{"rm", "-rf", "--one-file-system", "--"};
  words.insert(words.end(), paths.begin(), paths.end());
  EDM_TRY([[maybe_unused]] const auto removed, host.Do(words, "files"));
  return Ok();
}

Status RemoveAccounts(DebianHost& host, const HostInventory& gone) {
  for (const auto& user : gone.users) {
    EDM_TRY([[maybe_unused]] const auto done, host.Succeeds({"userdel", user}));
  }
  for (const auto& group : gone.groups) {
    EDM_TRY([[maybe_unused]] const auto done, host.Succeeds({"groupdel", group}));
  }
  return Ok();
}

}  // namespace

Result<SetupJournal> FindJournal(DebianHost& host) {
  EDM_TRY(const auto text, host.ReadFile(kSetupJournal));
  if (text.empty()) {
    return Error{Code::kFailedPrecondition,
                 "machine",
                 "edmctl has not set it up: there is no " + std::string(kSetupJournal),
                 {},
                 "take it away as it came: apt-get purge edm-worker, or by the tool that installed it"};
  }
  return ParseJournal(text);
}

Status TearDownWorker(DebianHost& host, const SetupJournal& journal, const SayStep& say) {
  EDM_TRY(const auto systemd, host.HasSystemd());
  EDM_CHECK(StopWorker(host, systemd));
  say("worker", "stopped");
  if (journal.engine_config) EDM_CHECK(UnloadNetworkRules(host, systemd));
  EDM_TRY(const auto now, host.TakeInventory());
  const auto gone = ToUndo(journal, now);
  // Alone and first, while the engine answers: it removes the containers that it made.
  auto packages = gone.packages;
  if (packages.erase("edm-worker") > 0) EDM_CHECK(Purge(host, {"edm-worker"}));
  if (packages.contains("docker.io")) {
    EDM_TRY([[maybe_unused]] const auto stopped,
            host.Succeeds(systemd ? std::vector<std::string>{"systemctl", "stop", "docker.socket", "docker",
                                                             "containerd"}
                                  : std::vector<std::string>{"service", "docker", "stop"}));
  }
  EDM_CHECK(Purge(host, packages));
  say("packages", Counted(gone.packages.size(), "package") + " purged");
  EDM_TRY(const auto left, host.TakeInventory());
  const auto rest = ToUndo(journal, left);
  if (journal.engine_config) EDM_CHECK(RestoreEngineConfig(host, *journal.engine_config));
  EDM_CHECK(RemoveFiles(host, rest.paths));
  EDM_CHECK(RemoveAccounts(host, rest));
  EDM_TRY([[maybe_unused]] const auto last, host.Do({"rm", "-rf", "--", kSetupFolder}, kSetupFolder));
  say("files", "as they were before");
  return Ok();
}

}  // namespace edm::ctl
