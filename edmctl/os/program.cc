#include "edmctl/os/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

extern char** environ;

namespace edm::ctl {
namespace {

constexpr std::size_t kOutputMax = 65'536;

// False when the deadline came first.
bool Collect(int file, Millis deadline, std::string& output) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now()).count();
    pollfd waiting{file, POLLIN, 0};
    const auto ready = left <= 0 ? 0 : poll(&waiting, 1, static_cast<int>(left));
    if (ready == 0) return false;
    if (ready < 0 && errno == EINTR) continue;
    char piece[4096];
    const auto got = read(file, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    output.append(piece, static_cast<std::size_t>(got));
    if (output.size() > kOutputMax) output.erase(0, output.size() - kOutputMax);
  }
}

Result<pid_t> Spawn(const std::vector<std::string>& argv, int output) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);  // ours is ignored, which would be inherited
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const auto failure = posix_spawnp(&child, words[0], &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failure == 0) return child;
  if (failure == ENOENT) return Error{Code::kNotFound, argv[0], "is not installed here", {}, "install it"};
  return Error{Code::kInternal, argv[0], std::strerror(failure), {}, ""};
}

}  // namespace

Result<ProgramEnd> RunProgram(const std::vector<std::string>& argv, Millis deadline) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{Code::kInternal, argv[0], std::strerror(errno), {}, ""};
  const auto child = Spawn(argv, ends[1]);
  close(ends[1]);
  if (!child.ok()) {
    close(ends[0]);
    return child.error();
  }
  ProgramEnd end;
  const bool in_time = Collect(ends[0], deadline, end.output);
  close(ends[0]);
  if (!in_time) kill(*child, SIGKILL);
  int status = 0;
  while (waitpid(*child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) {
    return Error{
        Code::kDeadlineExceeded, argv[0], "did not end in " + FormatDuration(deadline), {end.output}, ""};
  }
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

}  // namespace edm::ctl
