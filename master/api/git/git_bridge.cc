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

struct Answer {
  CgiReply reply;
  bool headed = false;  // the head of it came
  bool begun = false;   // and was sent
  bool broken = false;
};

// http-backend that dies behind its head tells so there: no line of git's protocol begins like that.
bool TellsOfDeath(std::string_view first) { return first.starts_with("Status: "); }

// The head waits for what comes behind it, so that a failure before that can still be told.
Status SendAnswer(rpc::Exchange& exchange, Process& program, Answer& answer) {
  std::array<char, kPieceBytes> piece;
  for (;;) {
    const auto count = program.Read(piece);
    answer.broken = answer.broken || !count.ok();
    if (!count.ok() || *count == 0) return Ok();
    std::string_view bytes(piece.data(), *count);
    std::string rest;
    if (!answer.headed) {
      EDM_TRY(answer.headed, answer.reply.Add(bytes, &rest));
      bytes = rest;
    }
    if (bytes.empty() || answer.broken) continue;
    if (!answer.begun) {
      answer.broken = TellsOfDeath(bytes);
      if (answer.broken) continue;
      exchange.Begin(answer.reply.head());
      answer.begun = true;
    }
    // Read on all the same: a program whose output nobody takes never ends.
    answer.broken = !exchange.Write(bytes).ok();
  }
}

Error NoAnswer(bool by_its_body, std::string words) {
  if (!by_its_body)
    return {Code::kInternal, "git", "gave no answer", {std::move(words)}, "look at the log of the master"};
  return {Code::kInvalidArgument,
          "request",
          "git cannot read it",
          {std::move(words)},
          "use a git client; if it was one, look at the log of the master"};
}

}  // namespace

Status BridgeToCgi(const std::shared_ptr<rpc::Exchange>& exchange, std::shared_ptr<Process> program) {
  const bool has_body = exchange->request().has_body;
  const auto sent = std::make_shared<std::atomic<bool>>(!has_body);
  exchange->OnGone([program, sent] {
    if (*sent) program->Kill();
  });
  std::jthread body;
  if (*sent) {
    program->CloseInput();
  } else {
    body = std::jthread([&] { SendBody(*exchange, *program, sent); });
  }
  Answer answer;
  const auto told = SendAnswer(*exchange, *program, answer);
  if (!told.ok()) program->Kill();
  const auto end = program->Wait();
  if (body.joinable()) body.join();
  if (!told.ok()) return told;
  const bool whole = answer.headed && !answer.broken && end.ok() && end->succeeded();
  if (!whole && !answer.begun)
    return NoAnswer(answer.headed && exchange->request().method == "POST", program->ErrorTail());
  if (!answer.begun) exchange->Begin(answer.reply.head());
  if (whole) {
    exchange->Finish();
  } else {
    exchange->Abort();
  }
  return Ok();
}

}  // namespace edm::master
