#include "edmctl/remote/ssh_host.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "common/base/text.h"
#include "edmctl/remote/words.h"

namespace edm::ctl {
namespace {

constexpr std::size_t kOutputMax = std::size_t{1} << 20U;
constexpr std::size_t kErrorLinesMax = 20;
constexpr Millis kLookEvery{30};
constexpr int kSshFailed = 255;  // ssh's own exit code for what is not the program's

bool Says(const std::string& said, std::string_view words) { return said.find(words) != std::string::npos; }

std::string LastLine(const std::string& said) {
  const auto lines = Split(Trim(said), '\n');
  return lines.empty() ? "" : std::string(Trim(lines.back()));
}

}  // namespace

Error NoConnection(const std::string& host, const std::string& said) {
  Error error{
      Code::kUnavailable, host, LastLine(said), {}, "does 'ssh " + host + "' work from this machine?"};
  if (error.cause.empty()) error.cause = "ssh did not connect within 20 s";
  if (Says(said, "REMOTE HOST IDENTIFICATION HAS CHANGED")) {
    error.code = Code::kPermissionDenied;
    error.cause = "its host key is another one than before";
    error.hint = "find out why; if it is right: ssh-keygen -R HOST, then --accept-new";
  } else if (Says(said, "Host key verification failed")) {
    error.code = Code::kPermissionDenied;
    error.cause = "its host key is not known here";
    error.hint = "compare it and add it with ssh, or give --accept-new to take it as it is";
  } else if (Says(said, "Permission denied")) {
    error.code = Code::kPermissionDenied;
    error.hint = "it takes keys alone: ssh-copy-id " + host;
  }
  return error;
}

Result<std::unique_ptr<SshHost>> SshHost::Connect(ProcessRunner& runner, const SshTarget& target,
                                                  SshOptions options) {
  EDM_CHECK(CheckTarget(target));
  auto folder = (std::filesystem::temp_directory_path() / "edmctl-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return Error{
        Code::kFailedPrecondition, folder, "it cannot be made", {}, "is there room in the temporary folder?"};
  }
  std::unique_ptr<SshHost> host(new SshHost(runner, target, std::move(options), folder));
  EDM_CHECK(host->Open());
  return host;
}

SshHost::SshHost(ProcessRunner& runner, const SshTarget& target, SshOptions options, std::string folder)
    : runner_(runner),
      target_(target),
      options_(std::move(options)),
      folder_(std::move(folder)),
      name_(ToText(target)) {}

SshHost::~SshHost() {
  connection_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

ProcessSpec SshHost::Spec(std::vector<std::string> flags, const std::vector<std::string>& words) const {
  ProcessSpec spec;
  spec.environment = options_.environment;
  spec.argv = {"ssh", "-T",
               "-o",  "BatchMode=yes",
               "-o",  "ConnectTimeout=15",
               "-o",  "ServerAliveInterval=10",
               "-o",  "ServerAliveCountMax=3",
               "-o",  "ForwardAgent=no",
               "-o",  "ForwardX11=no",
               "-o",  std::string("StrictHostKeyChecking=") + (options_.accept_new ? "accept-new" : "yes"),
               "-o",  "ControlPath=" + folder_ + "/s"};
  if (!options_.config.empty()) spec.argv.insert(spec.argv.end(), {"-F", options_.config});
  if (target_.port != 0) spec.argv.insert(spec.argv.end(), {"-p", std::to_string(target_.port)});
  if (!target_.user.empty()) spec.argv.insert(spec.argv.end(), {"-l", target_.user});
  for (auto& flag : flags) spec.argv.push_back(std::move(flag));
  spec.argv.insert(spec.argv.end(), {"--", target_.host});
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  return spec;
}

bool SshHost::IsOpen() {
  auto spec = Spec({"-O", "check"}, {});
  spec.deadline = Millis(5'000);
  const auto end = runner_.Run(spec, [](OutputStream, std::string_view) {}, {});
  return end.ok() && end->succeeded();
}

Status SshHost::Open() {
  auto spec = Spec({"-M", "-N"}, {});
  spec.deadline = 4 * kPatiently;  // longer than any set-up takes
  auto started = runner_.Start(spec);
  if (!started.ok()) {
    return Error{
        Code::kNotFound, "ssh", started.error().cause, {}, "install the OpenSSH client: openssh-client"};
  }
  connection_ = std::move(*started);
  const auto until = std::chrono::steady_clock::now() + kConnectWithin;
  const auto socket = folder_ + "/s";
  while (std::chrono::steady_clock::now() < until) {
    if (std::filesystem::exists(socket) && IsOpen()) return Ok();
    // What it says comes before its end.
    const auto said = connection_->ErrorTail();
    if (Says(said, "verification failed") || Says(said, "Permission denied") || Says(said, "closed by") ||
        Says(said, "refused") || Says(said, "resolve hostname") || Says(said, "No route") ||
        Says(said, "timed out") || Says(said, "reset by peer")) {
      return NoConnection(name_, said);
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  return NoConnection(name_, connection_->ErrorTail());
}

Result<RemoteHost::Outcome> SshHost::Run(const std::vector<std::string>& words, std::string_view input,
                                         Millis deadline) {
  EDM_CHECK(CheckWords(words));
  auto spec = Spec({"-o", "ControlMaster=no"}, words);
  spec.input = input;
  spec.deadline = deadline;
  Outcome outcome;
  const auto take = [&](OutputStream stream, std::string_view line) {
    if (stream == OutputStream::kStderr) {
      outcome.errors.emplace_back(line);
      if (outcome.errors.size() > kErrorLinesMax) outcome.errors.erase(outcome.errors.begin());
    } else if (outcome.out.size() < kOutputMax) {
      outcome.out.append(line).append("\n");
    }
  };
  EDM_TRY(const auto end, runner_.Run(spec, take, {}));
  if (end.exit_code == kSshFailed || end.deadline_met || end.signal != 0) {
    return Error{Code::kUnavailable, name_,
                 end.deadline_met ? words.front() + " did not end within " + FormatDuration(deadline)
                                  : "the connection broke during " + words.front(),
                 outcome.errors, "try again: what was done is known there"};
  }
  outcome.code = end.exit_code;
  return outcome;
}

}  // namespace edm::ctl
