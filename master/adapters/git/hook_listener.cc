#include "master/adapters/git/hook_listener.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/repo_refs.h"

namespace edm::master {
namespace {

constexpr std::string_view kBranches = "refs/heads/";
constexpr int kJoinPauseMs = 200;        // how late a finished push's thread is joined
constexpr int kRequestTimeoutMs = 5000;  // for the hook's first lines

Error ListenFailed(const std::string& path, std::string_view why) {
  return Error{
      Code::kInternal, "socket " + path, std::string(why), {}, "let the master's user write to data_dir"};
}

void SendTo(int fd, const HookReply& reply) {
  const auto line = EncodeHookReply(reply);
  std::string_view left = line;
  // Whoever has left gets nothing more; the deploy goes on.
  while (!left.empty()) {
    const auto count = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

Result<HookRequest> Receive(int fd) {
  std::string text;
  char piece[4096];
  while (!text.ends_with("\n\n")) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, kRequestTimeoutMs) <= 0 || text.size() > kHookRequestBytesMax) break;
    const auto count = ::recv(fd, piece, sizeof(piece), 0);
    if (count <= 0) break;
    text.append(piece, static_cast<std::size_t>(count));
  }
  return DecodeHookRequest(text);
}

// What went wrong, as the person pushing reads it: the same parts in the same order as edmctl prints them.
void Explain(int fd, const Error& error) {
  const auto show = [&](const std::string& text) { SendTo(fd, {HookReply::Kind::kShow, "", text}); };
  show(error.object.empty() ? "error: " + error.cause
                            : fmt::format("error: {}: {}", error.object, error.cause));
  for (const auto& line : error.evidence) show("  seen   " + line);
  if (!error.hint.empty()) show("  next   " + error.hint);
}

}  // namespace

Result<std::unique_ptr<HookListener>> HookListener::Start(Options options, const BareRepos& repos,
                                                          PushGate& gate) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = options.socket;
  if (path.size() >= sizeof(address.sun_path)) {
    return Error{Code::kInvalidArgument,
                 "socket " + path,
                 "has a path over 107 bytes",
                 {},
                 "choose a shorter data_dir"};
  }
  path.copy(address.sun_path, path.size());
  ::unlink(path.c_str());
  std::unique_ptr<HookListener> listener(new HookListener(std::move(options), repos, gate));
  listener->listening_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  listener->wake_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  const int fd = listener->listening_.get();
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    return ListenFailed(path, std::strerror(errno));
  }
  listener->thread_ = std::thread([held = listener.get()] { held->Listen(); });
  return listener;
}

HookListener::~HookListener() {
  if (thread_.joinable()) {
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
  }
  for (const auto& visit : visits_) {
    visit->left.request_stop();
    ::shutdown(visit->socket.get(), SHUT_RDWR);
  }
  for (const auto& visit : visits_) visit->thread.join();
  ::unlink(options_.socket.c_str());
}

void HookListener::Listen() {
  for (;;) {
    std::vector<pollfd> watched = {{wake_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    for (const auto& visit : visits_) {
      // Told once: after that the descriptor would wake us for ever.
      const bool watch = !visit->left.stop_requested();
      watched.push_back({watch ? visit->socket.get() : -1, POLLRDHUP, 0});
    }
    ::poll(watched.data(), watched.size(), visits_.empty() ? -1 : kJoinPauseMs);
    if (watched[0].revents != 0) return;
    for (std::size_t i = 0; i < visits_.size(); ++i) {
      if ((watched[i + 2].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) visits_[i]->left.request_stop();
    }
    JoinDone();
    if (watched[1].revents != 0) Accept();
  }
}

void HookListener::JoinDone() {
  std::erase_if(visits_, [](const auto& visit) {
    if (!visit->done) return false;
    visit->thread.join();
    return true;
  });
}

void HookListener::Accept() {
  UniqueFd socket(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!socket.valid()) return;
  if (visits_.size() >= options_.pushes_max) {
    Explain(socket.get(), {Code::kResourceExhausted,
                           "push",
                           fmt::format("{} are under way already", visits_.size()),
                           {},
                           "push again in a moment, or raise threads.push"});
    return;
  }
  auto visit = std::make_unique<Visit>();
  visit->socket = std::move(socket);
  visit->thread = std::thread([this, held = visit.get()] {
    Serve(*held);
    ::shutdown(held->socket.get(), SHUT_RDWR);
    held->done = true;
  });
  visits_.push_back(std::move(visit));
}

void HookListener::Serve(Visit& visit) {
  const int fd = visit.socket.get();
  const auto request = Receive(fd);
  if (!request.ok()) return Explain(fd, request.error());
  if (request->refs.size() > kHookRefsMax) {
    return Explain(fd, {Code::kResourceExhausted,
                        "push",
                        fmt::format("has {} branches (limit {})", request->refs.size(), kHookRefsMax),
                        {},
                        "push fewer at once"});
  }
  for (const auto& ref : request->refs) SendTo(fd, Judge(*request, ref, visit));
}

HookReply HookListener::Judge(const HookRequest& request, const PushedRef& ref, Visit& visit) {
  const int fd = visit.socket.get();
  const auto rejected = [&](const Error& error) {
    Explain(fd, error);
    return HookReply{HookReply::Kind::kRejected, ref.name, error.cause};
  };
  const auto branch = ref.name.starts_with(kBranches) ? ref.name.substr(kBranches.size()) : std::string();
  if (auto named = CheckBranch(branch); !named.ok()) return rejected(named.error());
  const PushedBranch push{request.owner, request.instance, branch, ref.from, ref.to, request.actor};
  const auto show = [fd](std::string_view line) { SendTo(fd, {HookReply::Kind::kShow, "", ToUtf8(line)}); };
  const auto verdict = gate_.Judge(push, show, visit.left.get_token());
  if (!verdict.ok()) return rejected(verdict.error());
  if (*verdict == PushGate::Verdict::kStore) {
    if (auto stored = Store(request, ref); !stored.ok()) return rejected(stored.error());
  }
  return HookReply{HookReply::Kind::kAccepted, ref.name, ""};
}

Status HookListener::Store(const HookRequest& request, const PushedRef& ref) const {
  const RepoName repo{request.owner, request.instance};
  const std::lock_guard lock(repos_.LockOf(repo));
  EDM_TRY(const auto open, repos_.OpenRepo(repo));
  return RepoRefs(open.get(), ShownRepo(repo)).Move(ref.name, ref.from, ref.to);
}

}  // namespace edm::master
