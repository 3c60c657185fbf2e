#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/rpc/http/message_parser.h"
#include "common/rpc/http/outbox.h"
#include "common/rpc/http/server.h"
#include "common/rpc/http/server_socket.h"

namespace edm::rpc {

// One client's connection: reads a request, lets it be answered, then reads the next.
//
// Lives on one io thread. What other threads may call says so; it posts there. The socket is never left
// without a reader, so that a client that leaves is noticed while its answer is being made.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  struct Surroundings {
    HttpLimits limits;
    HttpServer::Handler handler;
    std::function<HttpAnswer(const Error&, int)> refuse;  // may be none
  };

  // `on_end` is called on the io thread, when nothing of the connection runs any more.
  Connection(std::shared_ptr<boost::asio::io_context> context, ServerSocket socket,
             std::shared_ptr<const Surroundings> around, std::function<void(Connection*)> on_end);

  void Start();
  // Ends it as soon as it is idle, telling the exchange under way.
  void Drain();
  void Break();

  // Any thread. False: the connection has ended, and `task` will not run.
  bool Post(std::function<void()> task);
  bool Send(std::string bytes);                         // any size
  bool SendWithin(std::string bytes, std::size_t max);  // false: full, or ended
  Outbox& outbox() { return outbox_; }
  const HttpLimits& limits() const { return around_->limits; }
  void FinishAnswer(bool keep_open);
  bool gone() const { return gone_; }
  void OnGone(std::function<void()> callback);
  // Whether the connection would be closed after an answer that begins now.
  bool ClosesAfterAnswer() const;

  bool OnIoThread() const;

  // On the io thread.
  std::uint64_t serial() const { return serial_; }  // of the request under way
  void LimitBody(std::uint64_t bytes_max) { body_bytes_max_ = bytes_max; }
  void WantPiece(Exchange::PieceSink sink);
  void SpeakRaw() { raw_ = true; }

 private:
  using Awaitable = boost::asio::awaitable<void>;

  Awaitable Run();
  boost::asio::awaitable<bool> Handshake();
  boost::asio::awaitable<bool> ReadHead();
  Awaitable Serve();
  Awaitable Linger();
  Awaitable Wait(SteadyTime until);
  void Wake();

  void StartRead(std::size_t bytes);
  void StartWrite();
  void OnWritten(boost::system::error_code failure, std::size_t bytes);

  std::optional<HttpRequest> TakeRequest();
  void RefuseHead(int status, const Error& why);
  void GivePiece();
  // None: more must arrive first.
  std::optional<Result<std::string>> NextPiece();
  void OnStall();
  void SayContinue();
  void TellGone();
  void End();
  bool AnswerSent();
  SteadyTime ExchangeDeadline() const;
  Millis BodyPatience() const;

  // Constant after construction.
  const std::shared_ptr<boost::asio::io_context> context_;
  const std::shared_ptr<const Surroundings> around_;
  const std::function<void(Connection*)> on_end_;
  std::string peer_;
  std::string client_name_;

  // The io thread's.
  ServerSocket socket_;
  boost::asio::steady_timer alarm_;
  bool woken_ = false;
  bool ended_ = false;
  bool draining_ = false;
  bool served_ = false;  // a request at least
  std::string read_area_;
  std::string input_;
  bool reading_ = false;
  bool input_ended_ = false;
  SteadyTime last_moved_{};
  bool writing_ = false;
  std::deque<std::string> in_flight_;
  std::size_t front_sent_ = 0;
  std::unique_ptr<MessageParser> parser_;
  Exchange::PieceSink sink_;
  std::uint64_t body_bytes_max_ = 0;
  std::uint64_t body_bytes_ = 0;
  SteadyTime wanted_since_{};  // the piece that is awaited
  Millis body_waited_{0};      // for the pieces before
  std::optional<std::uint64_t> content_length_;
  bool awaits_continue_ = false;
  bool raw_ = false;
  std::uint64_t serial_ = 0;

  // Shared.
  Outbox outbox_;
  std::atomic<bool> gone_{false};
  std::atomic<bool> body_done_{true};
  std::atomic<bool> closes_{false};  // no further request after this one
  std::atomic<bool> answered_{false};
  std::mutex mutex_;
  bool accepting_tasks_ = true;          // guarded by mutex_
  std::function<void()> gone_callback_;  // guarded by mutex_
};

}  // namespace edm::rpc
