#include "edmctl/remote/debian_host.h"

#include "common/base/text.h"

namespace edm::ctl {

std::vector<std::string> DebianHost::AsRoot(std::vector<std::string> words) const {
  if (sudo_) words.insert(words.begin(), {"sudo", "-n", "--"});
  return words;
}

Result<DebianHost> DebianHost::Enter(RemoteHost& host) {
  EDM_TRY(const auto who, host.Run({"id", "-u"}));
  if (Trim(who.out) == "0") return DebianHost(host, false);
  EDM_TRY(const auto sudo, host.Run({"sudo", "-n", "--", "true"}));
  if (sudo.code == 0) return DebianHost(host, true);
  return Error{Code::kPermissionDenied, host.name(), "this user is not root, and sudo wants a password",
               sudo.errors,
               "go there as root, or let sudo do without a password (NOPASSWD) while it is set up"};
}

Result<std::string> DebianHost::Do(const std::vector<std::string>& words, const std::string& object,
                                   std::string_view input, Millis deadline) {
  EDM_TRY(auto outcome, host_.Run(AsRoot(words), input, deadline));
  if (outcome.code == 0) return std::move(outcome.out);
  auto evidence = outcome.errors;
  if (evidence.empty()) evidence = Split(Trim(outcome.out), '\n');
  return Error{Code::kFailedPrecondition, object,
               words.front() + " ended with " + std::to_string(outcome.code) + " on " + host_.name(),
               evidence, "mend that there, and do this again: what was done is kept"};
}

Result<bool> DebianHost::Succeeds(const std::vector<std::string>& words) {
  EDM_TRY(const auto outcome, host_.Run(AsRoot(words)));
  return outcome.code == 0;
}

Result<std::string> DebianHost::ReadFile(const std::string& path) {
  EDM_TRY(auto outcome, host_.Run(AsRoot({"cat", path})));
  return outcome.code == 0 ? std::move(outcome.out) : std::string();
}

Status DebianHost::WriteFile(const std::string& path, std::string_view content, const std::string& mode) {
  const auto fresh = path + ".new";
  // Made with its mode before anything is in it.
  EDM_TRY([[maybe_unused]] const auto made, Do({"install", "-m", mode, "/dev/null", fresh}, path));
  EDM_TRY([[maybe_unused]] const auto filled,
          Do({"dd", "of=" + fresh, "bs=1M", "conv=notrunc,fsync", "status=none"}, path, content,
             RemoteHost::kPatiently));
  EDM_TRY([[maybe_unused]] const auto moved, Do({"mv", fresh, path}, path));
  return Ok();
}

Result<HostInventory> DebianHost::TakeInventory() {
  HostInventory inventory;
  EDM_TRY(const auto selections, Do({"dpkg", "--get-selections"}, "packages"));
  inventory.packages = ParseSelections(selections);
  EDM_TRY(const auto users, ReadFile("/etc/passwd"));
  inventory.users = ParseAccounts(users);
  EDM_TRY(const auto groups, ReadFile("/etc/group"));
  inventory.groups = ParseAccounts(groups);
  std::vector<std::string> look{"ls", "-d"};
  look.insert(look.end(), WatchedPaths().begin(), WatchedPaths().end());
  // It ends with 2 where one is missing, and lists the others all the same.
  EDM_TRY(const auto paths, host_.Run(AsRoot(look)));
  inventory.paths = ParseLines(paths.out);
  return inventory;
}

}  // namespace edm::ctl
