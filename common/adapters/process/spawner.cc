#include "common/adapters/process/spawner.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/posix/default_launcher.hpp>
#include <boost/process/v2/process.hpp>
#include <cstdlib>
#include <future>

#include "common/base/text.h"
#include "common/ports/process_runner.h"

namespace edm {
namespace {

namespace bp = boost::process::v2;
using bp::error_code;

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

// At 3 or above, so that the child's dup2 onto 0, 1, 2 can meet none of them, even in a daemon without these.
UniqueFd AboveStandard(int fd) {
  if (fd > 2) return UniqueFd(fd);
  UniqueFd low(fd);
  return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}

bool Open(Pipe& pipe) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return false;
  pipe.read = AboveStandard(fds[0]);
  pipe.write = AboveStandard(fds[1]);
  return pipe.read.valid() && pipe.write.valid();
}

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return ::setrlimit(resource, &limit) == 0;
}

// Runs in the child between fork and exec: only what is async-signal-safe.
struct ChildSetup {
  const ProcessSpec& spec;
  int in;
  int out;
  int err;
  pid_t parent;

  bool Prepare() const {
    ::setsid();
    for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) return false;
    if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
    if (!spec.directory.empty() && ::chdir(spec.directory.c_str()) != 0) return false;
    const auto& limits = spec.limits;
    if (!Limit(RLIMIT_CORE, 0)) return false;
    if (limits.cpu && !Limit(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu->count()))) return false;
    if (limits.memory_bytes && !Limit(RLIMIT_AS, *limits.memory_bytes)) return false;
    if (limits.user) {
      const auto id = *limits.user;
      if (::setgroups(0, nullptr) != 0 || ::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0)
        return false;
    }
    // Last, for a change of user clears it.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
    if (::getppid() != parent) ::_exit(127);
    return true;
  }

  template <class Launcher, class Path>
  error_code on_exec_setup(Launcher&, const Path&, const char* const*) const {
    if (Prepare()) return {};
    return error_code(errno, boost::system::system_category());
  }
  // The launcher would call exit(), which runs our destructors a second time.
  template <class... Arguments>
  void on_exec_error(Arguments&&...) const {
    ::_exit(127);
  }
};

Error CannotStart(const ProcessSpec& spec, Code code, std::string cause, std::string hint) {
  return Error{code,
               "program " + (spec.argv.empty() ? std::string("\"\"") : spec.argv.front()),
               std::move(cause),
               {},
               std::move(hint)};
}

Result<std::string> FindProgram(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) {
    return CannotStart(spec, Code::kInvalidArgument, "no program is named", "");
  }
  const auto& name = spec.argv.front();
  if (name.find('/') != std::string::npos) return name;
  const char* path = ::getenv("PATH");
  for (const auto& folder : Split(path != nullptr ? path : kProgramPath, ':')) {
    auto candidate = folder + "/" + name;
    struct stat about {};
    if (::stat(candidate.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return CannotStart(spec, Code::kNotFound, "not found in PATH", "install it, or mend PATH of the service");
}

Error SpawnError(const ProcessSpec& spec, const error_code& failure) {
  struct stat about {};
  if (!spec.directory.empty() && ::stat(spec.directory.c_str(), &about) != 0) {
    return CannotStart(spec, Code::kNotFound, "its folder " + spec.directory + " is not there", "");
  }
  switch (failure.value()) {
    case ENOENT:
      return CannotStart(spec, Code::kNotFound, "no such file", "install it");
    case EACCES:
    case EPERM:
      return CannotStart(spec, Code::kPermissionDenied, failure.message(), "check its mode and our user");
    case ENOEXEC:
      return CannotStart(spec, Code::kFailedPrecondition, "it is no program", "");
    case E2BIG:
      return CannotStart(spec, Code::kInvalidArgument, failure.message(), "pass less by arguments");
    case EAGAIN:
    case ENOMEM:
      return CannotStart(spec, Code::kResourceExhausted, failure.message(), "raise the process limit");
    default:
      return CannotStart(spec, Code::kInternal, failure.message(), "");
  }
}

std::vector<std::string> EnvironmentLines(const ProcessSpec& spec) {
  std::vector<std::string> lines;
  lines.reserve(spec.environment.size());
  for (const auto& [name, value] : spec.environment) lines.push_back(name + "=" + value);
  return lines;
}

Result<std::unique_ptr<Child>> SpawnHere(const ProcessSpec& spec) {
  EDM_TRY(const auto program, FindProgram(spec));
  Pipe in, out, err;
  if (!Open(in) || !Open(out) || !Open(err)) {
    return SpawnError(spec, error_code(errno, boost::system::system_category()));
  }
  const auto lines = EnvironmentLines(spec);
  std::vector<const char*> environment;
  for (const auto& line : lines) environment.push_back(line.c_str());
  environment.push_back(nullptr);
  const std::vector<std::string> operands(spec.argv.begin() + 1, spec.argv.end());

  boost::asio::io_context context;
  bp::posix::default_launcher launcher;
  launcher.env = environment.data();
  error_code failure;
  auto process = launcher(context.get_executor(), failure, program, operands,
                          ChildSetup{spec, in.read.get(), out.write.get(), err.write.get(), ::getpid()});
  if (failure) {
    // The launcher leaves the failed child to us.
    if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
    return SpawnError(spec, failure);
  }
  const auto pid = process.id();
  process.detach();  // waited for through a pidfd of ours: v2's own waits block a thread
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  return std::make_unique<Child>(pid, std::move(pidfd), std::move(in.write), std::move(out.read),
                                 std::move(err.read));
}

}  // namespace

Result<std::unique_ptr<Child>> Spawner::Spawn(const ProcessSpec& spec) {
  std::promise<Result<std::unique_ptr<Child>>> promise;
  auto future = promise.get_future();
  const bool posted = thread_.Post([&] {
    try {
      promise.set_value(SpawnHere(spec));
    } catch (const std::exception& failure) {
      promise.set_value(CannotStart(spec, Code::kInternal, failure.what(), ""));
    }
  });
  if (!posted) return CannotStart(spec, Code::kResourceExhausted, "too many programs wait to be started", "");
  return future.get();
}

}  // namespace edm
