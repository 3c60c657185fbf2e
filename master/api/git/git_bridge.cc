#include "master/api/git/git_bridge.h"

#include <array>
#include <atomic>
#include <thread>

#include "master/api/git/cgi_reply.h"

namespace edm::master {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

// Whether the program has all of the request: from then on it is killed when the client leaves. Before that
// its input is closed instead, for a receive-pack that sees the end cleans up what came so far.
using BodySent = std::shared_ptr<std::atomic<bool>>;

void SendBody(rpc::Exchange& exchange, Process& program, const BodySent& sent) {
  std::array<char, kPieceBytes> piece;
  for (;;) {
    const auto count = exchange.Read(piece);
    if (!count.ok() || *count == 0) break;
    if (!program.Write({piece.data(), *count}).ok()) break;
  }
  *sent = true;
  program.CloseInput();
}

// True when the whole answer went out.
Result<bool> SendAnswer(rpc::Exchange& exchange, Process& program) {
  CgiReply reply;
  bool begun = false;
  std::array<char, kPieceBytes> piece;
  for (;;) {
    const auto count = program.Read(piece);
    if (!count.ok() || *count == 0) {
      if (begun) return count.ok();
      return Error{
          Code::kInternal, "git", "gave no answer", {program.ErrorTail()}, "look at the log of the master"};
    }
    std::string_view bytes(piece.data(), *count);
    std::string rest;
    if (!begun) {
      EDM_TRY(begun, reply.Add(bytes, &rest));
      if (!begun) continue;
      exchange.Begin(reply.head());
      bytes = rest;
    }
    if (!bytes.empty() && !exchange.Write(bytes).ok()) return false;
  }
}

}  // namespace

Status BridgeToCgi(const std::shared_ptr<rpc::Exchange>& exchange, std::shared_ptr<Process> program) {
  const auto sent = std::make_shared<std::atomic<bool>>(!exchange->request().has_body);
  exchange->OnGone([program, sent] {
    if (*sent) program->Kill();
  });
  std::jthread body;
  if (*sent) {
    program->CloseInput();
  } else {
    body = std::jthread([&] { SendBody(*exchange, *program, sent); });
  }
  const auto answered = SendAnswer(*exchange, *program);
  const auto end = program->Wait();
  if (body.joinable()) body.join();
  if (!answered.ok()) return answered.error();
  if (*answered && end.ok() && end->succeeded()) {
    exchange->Finish();
  } else {
    exchange->Abort();
  }
  return Ok();
}

}  // namespace edm::master
