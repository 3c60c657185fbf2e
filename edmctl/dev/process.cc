#include "edmctl/dev/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

#include "common/base/text.h"
#include "edmctl/os/files.h"

extern char** environ;

namespace edm::ctl {
namespace {

constexpr Millis kLookEvery{20};

// Everything a daemon may need of a login's environment; settings of ours come by flags alone.
bool IsPassedOn(std::string_view variable) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "PATH",        "HOME",     "LANG",      "TZ",         "TMPDIR",      "DOCKER_HOST", "http_proxy",
      "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",    "ALL_PROXY"};
  return std::ranges::count(kNames, variable.substr(0, variable.find('='))) > 0;
}

struct Actions {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  Actions() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

ProcessMark MarkOf(pid_t pid) {
  // The name in the second field may hold spaces and brackets; what follows its last bracket is regular
  // (proc(5)).
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat.ok() || stat->rfind(')') == std::string::npos) return {};
  std::istringstream fields(stat->substr(stat->rfind(')') + 2));
  std::string state;
  fields >> state;
  if (state == "Z" || state == "X") return {};
  constexpr int kStartTimeField = 22;
  std::string field;
  for (int number = 4; number <= kStartTimeField; ++number) fields >> field;
  return {pid, std::strtoull(field.c_str(), nullptr, 10)};
}

bool IsAlive(const ProcessMark& mark) { return mark.pid > 0 && MarkOf(mark.pid) == mark; }

Result<ProcessMark> StartDetached(const std::vector<std::string>& argv, const std::string& log) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (IsPassedOn(*variable)) variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  Actions actions;
  posix_spawn_file_actions_addopen(&actions.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions.files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0600);
  posix_spawn_file_actions_adddup2(&actions.files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions.files, "/");
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&actions.attributes, &defaults);
  posix_spawnattr_setflags(&actions.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const auto failure =
      posix_spawn(&child, words[0], &actions.files, &actions.attributes, words.data(), variables.data());
  if (failure != 0) return Error{Code::kInternal, argv[0], std::strerror(failure), {}, ""};
  return MarkOf(child);
}

void StopProcess(const ProcessMark& mark, Millis patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  if (!IsAlive(mark)) return;
  kill(mark.pid, SIGTERM);
  while (IsAlive(mark) && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(kLookEvery);
  if (IsAlive(mark)) kill(mark.pid, SIGKILL);
  while (IsAlive(mark)) std::this_thread::sleep_for(kLookEvery);
  waitpid(mark.pid, nullptr, WNOHANG);
}

Result<std::string> FindProgram(const std::string& name) {
  std::vector<std::string> folders;
  char own[4096];
  const auto size = readlink("/proc/self/exe", own, sizeof own);
  if (size > 0) {
    const std::string path(own, static_cast<std::size_t>(size));
    folders.push_back(path.substr(0, path.rfind('/')));
  }
  const auto* path = std::getenv("PATH");
  for (const auto& folder : Split(path == nullptr ? "/usr/bin" : path, ':')) folders.push_back(folder);
  for (const auto& folder : folders) {
    const auto candidate = folder + "/" + name;
    if (folder.starts_with('/') && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return Error{Code::kNotFound, name, "is neither beside edmctl nor in PATH", {}, "build or install it"};
}

}  // namespace edm::ctl
