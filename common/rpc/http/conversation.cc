#include "common/rpc/http/conversation.h"

#include <fmt/format.h>
#include <poll.h>

namespace edm::rpc {

Conversation::Conversation(Transport& transport, const HttpCall& call, std::string head,
                           const Patience& patience)
    : transport_(transport),
      call_(call),
      patience_(patience),
      output_(std::move(head)),
      source_ended_(!call.body_source) {
  output_ += call.body;
  NewParser();
}

void Conversation::NewParser() {
  const auto kind =
      call_.method == "HEAD" ? MessageParser::Kind::kResponseToHead : MessageParser::Kind::kResponse;
  parser_ = std::make_unique<MessageParser>(kind, kHeaderBytesMax);
}

Status Conversation::ToHead() {
  while (true) {
    EDM_TRY(const auto used, parser_->FeedHead(input_));
    input_.erase(0, used);
    if (parser_->head_done()) {
      const int status = parser_->head().status;
      if (status >= 200 || status == 101) return Ok();
      NewParser();  // "100 Continue" and its kind come before the answer
      continue;
    }
    if (ended_) return Error{Code::kUnavailable, "", "the connection was closed without an answer", {}, ""};
    EDM_CHECK(Move());
  }
}

Status Conversation::ToEnd(const HttpClient::BodySink& sink) {
  EDM_CHECK(ToHead());
  while (true) {
    EDM_CHECK(GiveBody(sink));
    if (parser_->done()) return Ok();
    if (ended_) return End();
    EDM_CHECK(Move());
  }
}

// The server went away, or what stands before it did: the same call may succeed a little later.
Status Conversation::End() {
  auto ended = parser_->FeedEnd();
  if (ended.ok() || ended.error().code != Code::kDataLoss) return ended;
  return Error{Code::kUnavailable, "", "the connection ended in the middle of the answer", {}, ""};
}

Status Conversation::GiveBody(const HttpClient::BodySink& sink) {
  std::string_view rest = input_;
  piece_.resize(kPieceBytes);
  while (!parser_->done()) {
    EDM_TRY(const auto fed, parser_->FeedBody(rest, piece_));
    rest.remove_prefix(fed.used);
    if (fed.body > 0) EDM_CHECK(sink(parser_->head().status, std::string_view(piece_.data(), fed.body)));
    if (fed.used == 0 && fed.body == 0) break;
  }
  input_.erase(0, input_.size() - rest.size());
  return Ok();
}

bool Conversation::reusable() const {
  return parser_->done() && parser_->keep_alive() && !ended_ && source_ended_ && output_.empty() &&
         input_.empty();
}

// Sends what can be sent, waits until something can move, and receives what is there.
Status Conversation::Move() {
  if (sending_) EDM_CHECK(Send());
  const bool more = sending_ && (!output_.empty() || !source_ended_);
  EDM_TRY(const short ready,
          patience_.Await(transport_.fd(), static_cast<short>(POLLIN | (more ? POLLOUT : 0))));
  if ((ready & ~POLLOUT) != 0) EDM_CHECK(Receive());
  return Ok();
}

Status Conversation::Send() {
  while (true) {
    if (output_.empty() && !source_ended_) EDM_CHECK(Fill());
    if (output_.empty()) return Ok();
    const auto moved = transport_.WriteSome(output_);
    if (!moved.ok()) {
      // A server that refuses a body may answer and close: its answer is still to be read.
      sending_ = false;
      return Ok();
    }
    if (moved->bytes == 0) return Ok();
    output_.erase(0, moved->bytes);
    // Lets the answer be seen in the middle of a long body.
    if (!source_ended_) return Ok();
  }
}

Status Conversation::Fill() {
  piece_.resize(kPieceBytes);
  EDM_TRY(const auto count, call_.body_source(piece_));
  sourced_ += count;
  source_ended_ = count == 0;
  if (!call_.body_size) {
    output_ = fmt::format("{:x}\r\n", count);
    output_.append(piece_, 0, count).append("\r\n");
    return Ok();
  }
  if (sourced_ > *call_.body_size || (source_ended_ && sourced_ < *call_.body_size)) {
    return Error{Code::kDataLoss, "request body", "its size is not the one that was announced", {}, ""};
  }
  output_.assign(piece_, 0, count);
  return Ok();
}

Status Conversation::Receive() {
  const auto before = input_.size();
  while (true) {
    const auto at = input_.size();
    input_.resize(at + kPieceBytes);
    const auto moved = transport_.ReadSome({input_.data() + at, kPieceBytes});
    input_.resize(at + (moved.ok() ? moved->bytes : 0));
    if (input_.size() > before) heard_ = true;
    if (!moved.ok()) return moved.error();
    ended_ = moved->ended;
    // A few pieces at a time: the sink shall keep pace.
    if (moved->bytes == 0 || input_.size() - before >= 4 * kPieceBytes) return Ok();
  }
}

}  // namespace edm::rpc
