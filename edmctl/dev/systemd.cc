#include <unistd.h>

#include <filesystem>

#include "common/base/text.h"
#include "edmctl/dev/supervisor.h"
#include "edmctl/os/files.h"
#include "edmctl/os/program.h"

namespace edm::ctl {
namespace {

constexpr Millis kSystemctlDeadline{30'000};

std::string Quoted(const std::string& word) {
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '%' || c == '$') quoted += c;
    quoted += c;
  }
  return quoted + "\"";
}

std::string UnitOf(const std::string& program) { return "edm-dev-" + program + ".service"; }

class Systemd final : public Supervisor {
 public:
  Systemd(const std::string& home, bool root)
      : root_(root), folder_(root ? "/etc/systemd/system" : home + "/.config/systemd/user") {}

  Status Start(const std::string& program, const std::vector<std::string>& argv) override {
    EDM_CHECK(WriteFile(folder_ + "/" + UnitOf(program), UnitText(program, argv, root_), 0644));
    EDM_CHECK(Systemctl({"daemon-reload"}));
    return Systemctl({"enable", "--now", UnitOf(program)});
  }

  Status Stop(const std::string& program) override {
    const auto file = folder_ + "/" + UnitOf(program);
    if (access(file.c_str(), F_OK) != 0) return Ok();
    EDM_CHECK(Systemctl({"disable", "--now", UnitOf(program)}));
    unlink(file.c_str());
    return Systemctl({"daemon-reload"});
  }

  bool IsRunning(const std::string& program) override {
    return Systemctl({"is-active", "--quiet", UnitOf(program)}).ok();
  }

  std::vector<std::string> LastLines(const std::string& program, std::size_t lines) override {
    std::vector<std::string> argv = {"journalctl", "-u", UnitOf(program), "-n", std::to_string(lines),
                                     "-o",         "cat"};
    if (!root_) argv.insert(argv.begin() + 1, "--user");
    const auto ran = RunProgram(argv, kSystemctlDeadline);
    return ran.ok() ? Split(Trim(ran->output), '\n') : std::vector<std::string>{};
  }

  std::string Manner() const override { return "as systemd units edm-dev-master and edm-dev-worker"; }

 private:
  Status Systemctl(std::vector<std::string> words) const {
    words.insert(words.begin(), "systemctl");
    if (!root_) words.insert(words.begin() + 1, "--user");
    EDM_TRY(const auto ran, RunProgram(words, kSystemctlDeadline));
    if (ran.code == 0) return Ok();
    return Error{Code::kFailedPrecondition, Join(words, " "), "ended with " + std::to_string(ran.code),
                 Split(Trim(ran.output), '\n'), "journalctl -xe says more"};
  }

  const bool root_;
  const std::string folder_;
};

}  // namespace

std::unique_ptr<Supervisor> MakeSystemd(const std::string& home, bool root) {
  return std::make_unique<Systemd>(home, root);
}

bool HasSystemd(bool root) {
  std::error_code failure;
  if (!std::filesystem::is_directory("/run/systemd/system", failure)) return false;
  std::vector<std::string> argv = {"systemctl", "show-environment"};
  if (!root) argv.insert(argv.begin() + 1, "--user");
  const auto ran = RunProgram(argv, kSystemctlDeadline);
  return ran.ok() && ran->code == 0;
}

std::string UnitText(const std::string& program, const std::vector<std::string>& argv, bool root) {
  std::string command;
  for (const auto& word : argv) command += (command.empty() ? "" : " ") + Quoted(word);
  return "# Written by edmctl dev up; edmctl dev down removes it.\n"
         "[Unit]\n"
         "Description=edm " +
         program + " of edmctl dev\n" +
         (program == "worker" ? "After=edm-dev-master.service docker.service\n" : "") +
         "\n[Service]\n"
         "ExecStart=" +
         command +
         "\n"
         "Restart=always\n"
         "RestartSec=1\n"
         "TimeoutStopSec=15\n"
         "KillMode=mixed\n"
         "UMask=0077\n"
         "\n[Install]\n"
         "WantedBy=" +
         (root ? "multi-user.target" : "default.target") + "\n";
}

}  // namespace edm::ctl
