#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "common/rpc/http/exchange.h"

namespace edm::master::rest {

// A request and its answer in memory. Answers with room as long as `room` is true; the body is what `body`
// says, handed out in `piece_bytes`.
class MemoryExchange : public rpc::Exchange {
 public:
  MemoryExchange(std::string verb, const std::string& target, std::string with_body = {})
      : body(std::move(with_body)) {
    const auto mark = target.find('?');
    request_.method = std::move(verb);
    request_.path = target.substr(0, mark);
    if (mark != std::string::npos) request_.query = target.substr(mark + 1);
    request_.has_body = !body.empty();
    request_.headers.Set("Authorization", "Bearer secret-of-ada");
  }

  rpc::HttpHeaders& headers() { return request_.headers; }
  void Leave() {
    gone_ = true;
    if (on_gone_) std::exchange(on_gone_, nullptr)();
  }
  void MakeRoom() {
    room = true;
    if (on_room_) std::exchange(on_room_, nullptr)();
  }

  const rpc::HttpRequest& request() const override { return request_; }
  void LimitBody(std::uint64_t bytes_max) override { body_max = bytes_max; }
  void ReadPiece(PieceSink sink) override {
    if (body.size() > body_max) return sink(Error{Code::kResourceExhausted, "", "it is too long", {}, ""});
    auto piece = body.substr(0, piece_bytes);
    body.erase(0, piece_bytes);
    sink(std::move(piece));
  }
  Result<std::size_t> Read(std::span<char>) override { return std::size_t{0}; }
  void Respond(rpc::HttpAnswer with) override { answer = std::move(with); }
  void Begin(rpc::HttpHead with) override { head = std::move(with); }
  bool Send(std::string bytes) override {
    if (gone_) return false;
    const std::lock_guard lock(mutex_);
    sent_ += bytes;
    return true;
  }
  // From any thread: quiet streams are written to by the keeper's.
  std::string sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  void OnRoom(std::function<void()> callback) override {
    if (room) return callback();
    on_room_ = std::move(callback);
  }
  Status Write(std::string_view) override { return Ok(); }
  void Finish() override { finished = true; }
  void Abort() override {}
  void Upgrade(rpc::HttpHead) override {}
  void OnGone(std::function<void()> callback) override { on_gone_ = std::move(callback); }
  bool gone() const override { return gone_; }

  std::string body;
  std::size_t piece_bytes = 300 * 1024;
  std::uint64_t body_max = 1 << 20;
  bool room = true;
  std::optional<rpc::HttpAnswer> answer;
  std::optional<rpc::HttpHead> head;
  bool finished = false;

 private:
  rpc::HttpRequest request_;
  mutable std::mutex mutex_;
  std::string sent_;
  bool gone_ = false;
  std::function<void()> on_gone_;
  std::function<void()> on_room_;
};

}  // namespace edm::master::rest
