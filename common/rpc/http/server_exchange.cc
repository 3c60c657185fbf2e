#include "common/rpc/http/server_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "common/rpc/http/answer_head.h"
#include "common/rpc/http/connection.h"

namespace edm::rpc {
namespace {

Error ClientGone() { return Error{Code::kUnavailable, "client", "it is gone", {}, ""}; }

class ServerExchange final : public Exchange {
 public:
  ServerExchange(std::shared_ptr<Connection> connection, HttpRequest request, bool http_1_0)
      : connection_(std::move(connection)),
        serial_(connection_->serial()),
        request_(std::move(request)),
        knows_chunks_(!http_1_0),
        head_only_(request_.method == "HEAD") {}

  ~ServerExchange() override {
    if (phase_ == Phase::kOpen) {
      Respond({.status = 500,
               .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
               .body = "no answer was made\n"});
    } else if (phase_ == Phase::kBegun) {
      Abort();
    }
  }

  const HttpRequest& request() const override { return request_; }

  void LimitBody(std::uint64_t bytes_max) override {
    PostOwn([connection = connection_.get(), bytes_max] { connection->LimitBody(bytes_max); });
  }

  void ReadPiece(PieceSink sink) override {
    auto shared = std::make_shared<PieceSink>(std::move(sink));
    auto* connection = connection_.get();
    const bool posted = connection->Post([connection, shared, serial = serial_] {
      if (connection->serial() != serial) return (*shared)(ClientGone());
      connection->WantPiece([shared](Result<std::string> piece) { (*shared)(std::move(piece)); });
    });
    if (!posted) (*shared)(ClientGone());
  }

  Result<std::size_t> Read(std::span<char> into) override {
    EDM_ASSERT(!connection_->OnIoThread());
    if (piece_used_ == piece_.size()) {
      std::promise<Result<std::string>> promise;
      auto arrived = promise.get_future();
      ReadPiece([&](Result<std::string> piece) { promise.set_value(std::move(piece)); });
      EDM_TRY(piece_, arrived.get());
      piece_used_ = 0;
    }
    const auto count = std::min(into.size(), piece_.size() - piece_used_);
    std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(piece_used_), count, into.begin());
    piece_used_ += count;
    return count;
  }

  void Respond(HttpAnswer answer) override {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kOpen) return;
    phase_ = Phase::kFinished;
    const bool closes = connection_->ClosesAfterAnswer();
    auto bytes =
        AnswerHead({answer.status, std::move(answer.headers), answer.body.size()}, {.closes = closes});
    if (!head_only_ && StatusHasBody(answer.status)) bytes += answer.body;
    connection_->Send(std::move(bytes));
    connection_->FinishAnswer(!closes);
  }

  void Begin(HttpHead head) override {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kOpen) return;
    phase_ = Phase::kBegun;
    remaining_ = head.content_length;
    const bool has_body = StatusHasBody(head.status);
    framing_ = {.closes = connection_->ClosesAfterAnswer(),
                .chunked = has_body && !remaining_ && knows_chunks_};
    if (has_body && !remaining_ && !knows_chunks_) framing_.closes = true;
    drops_body_ = head_only_ || !has_body;
    connection_->Send(AnswerHead(head, framing_));
  }

  bool Send(std::string bytes) override {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kBegun) return false;
    if (bytes.empty() || drops_body_) return !connection_->gone();
    if (!Count(bytes.size())) return false;
    if (connection_->SendWithin(Framed(bytes), connection_->limits().send_queue_bytes_max)) return true;
    BreakConnection();
    return false;
  }

  void OnRoom(std::function<void()> callback) override { connection_->outbox().OnRoom(std::move(callback)); }

  Status Write(std::string_view bytes) override {
    EDM_ASSERT(!connection_->OnIoThread());
    if (!connection_->outbox().AwaitRoom()) return ClientGone();
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kBegun) return Error{Code::kFailedPrecondition, "answer", "it has ended", {}, ""};
    if (bytes.empty() || drops_body_) return Ok();
    if (!Count(bytes.size())) return Error{Code::kInternal, "answer", "longer than was announced", {}, ""};
    if (!connection_->Send(Framed(bytes))) return ClientGone();
    return Ok();
  }

  void Finish() override {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kBegun) return;
    phase_ = Phase::kFinished;
    if (remaining_.value_or(0) > 0 && !drops_body_) return BreakConnection();
    if (framing_.chunked && !drops_body_) connection_->Send("0\r\n\r\n");
    connection_->FinishAnswer(!framing_.closes && !framing_.upgrades);
  }

  void Abort() override {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kFinished) return;
    BreakConnection();
  }

  void Upgrade(HttpHead head) override {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::kOpen) return;
    phase_ = Phase::kBegun;
    framing_ = {.upgrades = true};
    connection_->Send(AnswerHead(head, framing_));
    PostOwn([connection = connection_.get()] { connection->SpeakRaw(); });
  }

  void OnGone(std::function<void()> callback) override { connection_->OnGone(std::move(callback)); }
  bool gone() const override { return connection_->gone(); }

 private:
  enum class Phase : std::uint8_t { kOpen, kBegun, kFinished };

  // Dropped when the connection has gone on to another request.
  void PostOwn(std::function<void()> task) {
    (void)connection_->Post([connection = connection_.get(), serial = serial_, task = std::move(task)] {
      if (connection->serial() == serial) task();
    });
  }

  void BreakConnection() {
    phase_ = Phase::kFinished;
    PostOwn([connection = connection_.get()] { connection->Break(); });
  }

  // Holds mutex_. False, and the end of the connection: more than the announced length.
  bool Count(std::size_t bytes) {
    if (!remaining_) return true;
    if (bytes > *remaining_) {
      BreakConnection();
      return false;
    }
    *remaining_ -= bytes;
    return true;
  }

  std::string Framed(std::string_view bytes) const {
    if (!framing_.chunked) return std::string(bytes);
    std::string chunk = fmt::format("{:x}\r\n", bytes.size());
    chunk.reserve(chunk.size() + bytes.size() + 2);
    return chunk.append(bytes).append("\r\n");
  }

  const std::shared_ptr<Connection> connection_;
  const std::uint64_t serial_;
  const HttpRequest request_;
  const bool knows_chunks_;
  const bool head_only_;

  std::string piece_;  // of the blocking reader
  std::size_t piece_used_ = 0;

  std::mutex mutex_;  // all below
  Phase phase_ = Phase::kOpen;
  AnswerFraming framing_;
  std::optional<std::uint64_t> remaining_;
  bool drops_body_ = false;
};

}  // namespace

std::shared_ptr<Exchange> MakeServerExchange(std::shared_ptr<Connection> connection, HttpRequest request,
                                             bool http_1_0) {
  return std::make_shared<ServerExchange>(std::move(connection), std::move(request), http_1_0);
}

}  // namespace edm::rpc
