#include "tests/unit/edmctl/run_edmctl.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace edm::ctl {
namespace {

using SteadyClock = std::chrono::steady_clock;

struct Pipes {
  int in[2] = {-1, -1};
  int out[2] = {-1, -1};
  int err[2] = {-1, -1};
};

[[noreturn]] void Become(const RunSpec& spec, const std::vector<std::string>& environment,
                         const Pipes& pipes) {
  dup2(pipes.in[0], 0);
  dup2(pipes.out[1], 1);
  dup2(pipes.err[1], 2);
  for (int file = 3; file < 256; ++file) close(file);
  std::vector<char*> argv = {const_cast<char*>("edmctl")};
  for (const auto& word : spec.words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> variables;
  for (const auto& one : environment) variables.push_back(const_cast<char*>(one.c_str()));
  variables.push_back(nullptr);
  if (chdir(spec.directory.c_str()) == 0)
    execve(spec.program.empty() ? EDMCTL_PATH : spec.program.c_str(), argv.data(), variables.data());
  _exit(127);
}

void Drain(const RunSpec& spec, const Pipes& pipes, pid_t child, Ran& ran) {
  const auto begun = SteadyClock::now();
  const auto passed_ms = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - begun).count();
  };
  bool interrupted = spec.interrupt_after_ms == 0;
  pollfd files[2] = {{pipes.out[0], POLLIN, 0}, {pipes.err[0], POLLIN, 0}};
  while ((files[0].fd >= 0 || files[1].fd >= 0) && passed_ms() < 20'000) {
    poll(files, 2, 20);
    if (!interrupted && passed_ms() >= spec.interrupt_after_ms) {
      kill(child, SIGINT);
      interrupted = true;
    }
    for (int i = 0; i < 2; ++i) {
      if (files[i].revents == 0) continue;
      char piece[4096];
      const auto got = read(files[i].fd, piece, sizeof piece);
      if (got <= 0) {
        files[i].fd = -1;
      } else {
        (i == 0 ? ran.out : ran.err).append(piece, static_cast<std::size_t>(got));
      }
    }
  }
  if (passed_ms() >= 20'000) kill(child, SIGKILL);
}

}  // namespace

Home::Home() {
  std::string name = std::filesystem::temp_directory_path() / "edmctl-test-XXXXXX";
  path_ = std::filesystem::canonical(mkdtemp(name.data()));
}

Home::~Home() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Home::Write(const std::string& name, const std::string& text) const {
  const auto full = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(full.parent_path());
  std::ofstream(full) << text;
  return full;
}

Ran RunEdmctl(const Home& home, const RunSpec& spec) {
  Pipes pipes;
  if (pipe2(pipes.in, O_CLOEXEC) != 0) return {};
  if (spec.terminal) {
    winsize size{24, 80, 0, 0};
    openpty(&pipes.out[0], &pipes.out[1], nullptr, nullptr, &size);
    pipes.err[1] = pipes.out[1];
  } else if (pipe2(pipes.out, O_CLOEXEC) != 0 || pipe2(pipes.err, O_CLOEXEC) != 0) {
    return {};
  }
  auto environment = spec.environment;
  environment.try_emplace("HOME", home.path());
  environment.try_emplace("PATH", "/usr/bin:/bin");
  environment.try_emplace("LANG", "C.UTF-8");
  std::vector<std::string> pairs;
  for (const auto& [name, value] : environment) pairs.push_back(name + "=" + value);
  const auto child = fork();
  if (child == 0) Become(spec, pairs, pipes);
  close(pipes.in[0]);
  close(pipes.out[1]);
  if (pipes.err[1] != pipes.out[1]) close(pipes.err[1]);
  if (!spec.input.empty() && write(pipes.in[1], spec.input.data(), spec.input.size()) < 0) return {};
  close(pipes.in[1]);
  Ran ran;
  Drain(spec, pipes, child, ran);
  int status = 0;
  waitpid(child, &status, 0);
  close(pipes.out[0]);
  if (pipes.err[0] >= 0) close(pipes.err[0]);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

}  // namespace edm::ctl
