// edm-git-hook: git's proc-receive hook of every repo. Hands what was pushed to the master over its socket,
// shows the person pushing what the master says, and gives the master's verdict to git. Decides nothing
// itself, and rejects everything when the master cannot be asked.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "common/base/text.h"
#include "master/core/git/hook_wire.h"
#include "master/core/git/pkt_line.h"

namespace edm::master {
namespace {

std::string Variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool ReadExactly(int fd, char* into, std::size_t count) {
  while (count > 0) {
    const auto got = ::read(fd, into, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    count -= static_cast<std::size_t>(got);
  }
  return true;
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The lines up to the next flush, without their ends.
Result<std::vector<std::string>> ReadLines() {
  std::vector<std::string> lines;
  const Error cut{Code::kInternal, "git", "ended in the middle of a line", {}, ""};
  for (;;) {
    std::string four(4, '\0');
    if (!ReadExactly(STDIN_FILENO, four.data(), four.size())) return cut;
    EDM_TRY(const auto length, PktLength(four));
    if (length == 0) return lines;
    std::string line(length - 4, '\0');
    if (!ReadExactly(STDIN_FILENO, line.data(), line.size())) return cut;
    if (line.ends_with('\n')) line.pop_back();
    lines.push_back(std::move(line));
    if (lines.size() > 4 * kHookRefsMax)
      return Error{Code::kResourceExhausted, "push", "has too many branches", {}, ""};
  }
}

// Source: githooks(5), proc-receive. Nothing optional is agreed to: no atomic pushes, no push options.
Result<std::vector<PushedRef>> ReceiveCommands() {
  EDM_TRY(const auto hello, ReadLines());
  if (hello.empty() || !hello[0].starts_with("version=1")) {
    return Error{
        Code::kInternal, "git", "speaks another version of proc-receive", {}, "install git 2.29 or later"};
  }
  WriteAll(STDOUT_FILENO, PktLine("version=1") + std::string(kPktFlush));
  EDM_TRY(const auto lines, ReadLines());
  std::vector<PushedRef> refs;
  for (const auto& line : lines) {
    const auto words = Split(line, ' ');
    if (words.size() != 3) return Error{Code::kInternal, "git", "sent a command of no known form", {}, ""};
    refs.push_back({words[0], words[1], words[2]});
  }
  return refs;
}

int Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return -1;
  path.copy(address.sun_path, path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return fd;
  ::close(fd);
  return -1;
}

void Show(std::string_view text) { WriteAll(STDERR_FILENO, std::string(text) + "\n"); }

// Each ref's reason for being rejected, "" for an accepted one.
using Verdicts = std::map<std::string, std::string>;

void Ask(const HookRequest& request, Verdicts& verdicts) {
  const int fd = Connect(Variable("EDM_HOOK_SOCKET"));
  if (fd < 0 || !WriteAll(fd, EncodeHookRequest(request))) {
    Show("error: the master does not answer; nothing was changed");
    return;
  }
  std::string waiting;
  char piece[4096];
  for (;;) {
    const auto count = ::read(fd, piece, sizeof(piece));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    waiting.append(piece, static_cast<std::size_t>(count));
    for (auto end = waiting.find('\n'); end != std::string::npos; end = waiting.find('\n')) {
      const auto reply = DecodeHookReply(std::string_view(waiting).substr(0, end));
      waiting.erase(0, end + 1);
      if (!reply) continue;
      if (reply->kind == HookReply::Kind::kShow) Show(reply->text);
      if (reply->kind == HookReply::Kind::kAccepted) verdicts[reply->ref] = "";
      if (reply->kind == HookReply::Kind::kRejected) verdicts[reply->ref] = reply->text;
    }
  }
  ::close(fd);
}

int Serve() {
  auto refs = ReceiveCommands();
  if (!refs.ok()) {
    Show("error: " + ToString(refs.error()));
    return 1;
  }
  HookRequest request{Variable("EDM_OWNER"), Variable("EDM_INSTANCE"), Variable("EDM_ACTOR"),
                      std::move(*refs)};
  Verdicts verdicts;
  for (const auto& ref : request.refs) verdicts[ref.name] = "the master did not answer; see edmctl op ls";
  Ask(request, verdicts);
  std::string report;
  for (const auto& ref : request.refs) {
    const auto& reason = verdicts[ref.name];
    report += PktLine(reason.empty() ? "ok " + ref.name : fmt::format("ng {} {}", ref.name, reason));
  }
  return WriteAll(STDOUT_FILENO, report + std::string(kPktFlush)) ? 0 : 1;
}

}  // namespace
}  // namespace edm::master

int main() { return edm::master::Serve(); }
