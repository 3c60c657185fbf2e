#include "common/rpc/http/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "common/rpc/http/answer_head.h"
#include "common/rpc/http/server_exchange.h"
#include "common/rpc/http/target.h"

namespace edm::rpc {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kHeadReadBytes = 2 * 1024;  // small: each idle connection holds one
constexpr std::size_t kBodyReadBytes = 64 * 1024;
constexpr std::size_t kReadAheadBytesMax = 64 * 1024;  // of a client that sends on while it is being answered
constexpr std::size_t kBuffersMax = 16;
constexpr Millis kLingerMax{2'000};
constexpr Millis kFirstRequestPatience{200};  // of a server that stops, with who has only just connected

SteadyTime Now() { return std::chrono::floor<Millis>(std::chrono::steady_clock::now()); }

std::string PeerName(const ServerSocket::Tcp& socket) {
  boost::system::error_code failure;
  const auto peer = socket.remote_endpoint(failure);
  if (failure) return "";
  const auto address = peer.address().to_string();
  return (peer.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(peer.port());
}

std::string CommonName(SSL* ssl) {
  X509* certificate = ::SSL_get1_peer_certificate(ssl);
  if (certificate == nullptr) return "";
  char name[256] = {};
  ::X509_NAME_get_text_by_NID(::X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  ::X509_free(certificate);
  return name;
}

Error TooLarge(std::uint64_t bytes_max) {
  return Error{Code::kResourceExhausted,
               "request body",
               "larger than " + std::to_string(bytes_max) + " bytes",
               {},
               "send less"};
}

Error Refused(std::string_view cause, std::string_view hint) {
  return Error{Code::kInvalidArgument, "http request", std::string(cause), {}, std::string(hint)};
}

HttpAnswer AsText(const Error& error, int status) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = ToString(error) + "\n"};
}

Error ServerStops() {
  return Error{Code::kUnavailable, "server", "it is stopping", {}, "send it again in a moment"};
}

Error AnswerEnded() { return Error{Code::kUnavailable, "request body", "its answer has ended", {}, ""}; }

}  // namespace

Connection::Connection(std::shared_ptr<asio::io_context> context, ServerSocket socket,
                       std::shared_ptr<const Surroundings> around, std::function<void(Connection*)> on_end)
    : context_(std::move(context)),
      around_(std::move(around)),
      on_end_(std::move(on_end)),
      peer_(PeerName(socket.tcp())),
      socket_(std::move(socket)),
      alarm_(*context_) {}

void Connection::Start() {
  asio::co_spawn(
      *context_, [self = shared_from_this()]() -> Awaitable { co_await self->Run(); }, asio::detached);
}

Connection::Awaitable Connection::Run() {
  const auto self = shared_from_this();
  try {
    if (co_await Handshake()) {
      while (co_await ReadHead()) {
        co_await Serve();
        if (ended_ || closes_ || draining_) break;
      }
    }
    if (!ended_) co_await Linger();
  } catch (const std::exception&) {
    // Out of memory or descriptors: this client alone is dropped.
  }
  End();
}

// --- waiting ----------------------------------------------------------------------------------------------

Connection::Awaitable Connection::Wait(SteadyTime until) {
  if (!woken_) {
    using Alarm = std::chrono::steady_clock::time_point;
    alarm_.expires_at(until == SteadyTime::max() ? Alarm::max() : Alarm(until));
    co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  woken_ = false;
}

void Connection::Wake() {
  woken_ = true;
  alarm_.cancel();
}

void Connection::StartRead(std::size_t bytes) {
  if (reading_ || input_ended_ || ended_) return;
  reading_ = true;
  if (read_area_.size() != bytes) {
    read_area_ = std::string();
    read_area_.resize(bytes);
  }
  socket_.AsyncReadSome(asio::buffer(read_area_),
                        [self = shared_from_this()](boost::system::error_code failure, std::size_t got) {
                          self->reading_ = false;
                          self->input_ended_ = bool(failure);
                          self->input_.append(self->read_area_, 0, got);
                          self->last_moved_ = Now();
                          self->Wake();
                        });
}

void Connection::StartWrite() {
  if (writing_ || ended_) return;
  for (auto& bytes : outbox_.TakeAll()) in_flight_.push_back(std::move(bytes));
  if (in_flight_.empty()) {
    if (outbox_.Idle()) return Wake();
    return StartWrite();
  }
  writing_ = true;
  std::vector<asio::const_buffer> buffers;
  auto skipped = front_sent_;
  for (const auto& bytes : in_flight_) {
    if (buffers.size() == kBuffersMax) break;
    buffers.emplace_back(bytes.data() + skipped, bytes.size() - skipped);
    skipped = 0;
  }
  socket_.AsyncWriteSome(buffers,
                         [self = shared_from_this()](boost::system::error_code failure, std::size_t put) {
                           self->OnWritten(failure, put);
                         });
}

void Connection::OnWritten(boost::system::error_code failure, std::size_t bytes) {
  writing_ = false;
  last_moved_ = Now();
  outbox_.Sent(bytes);
  front_sent_ += bytes;
  while (!in_flight_.empty() && front_sent_ >= in_flight_.front().size()) {
    front_sent_ -= in_flight_.front().size();
    in_flight_.pop_front();
  }
  if (failure) return Break();
  StartWrite();
}

// --- one request ------------------------------------------------------------------------------------------

asio::awaitable<bool> Connection::Handshake() {
  auto* tls = socket_.tls();
  if (tls == nullptr) co_return true;
  bool finished = false;
  bool fine = false;
  tls->async_handshake(asio::ssl::stream_base::server,
                       [&, self = shared_from_this()](boost::system::error_code failure) {
                         finished = true;
                         fine = !failure;
                         self->Wake();
                       });
  auto until = Now() + limits().header_timeout;
  while (!finished) {
    co_await Wait(until);
    if (finished || Now() < until) continue;
    socket_.Close();
    until = SteadyTime::max();
  }
  if (fine) client_name_ = CommonName(tls->native_handle());
  co_return fine && !ended_;
}

asio::awaitable<bool> Connection::ReadHead() {
  parser_ = std::make_unique<MessageParser>(MessageParser::Kind::kRequest, limits().header_bytes_max);
  const auto since = Now();
  auto until = since + limits().idle_timeout;
  bool begun = false;
  while (!ended_) {
    if (!input_.empty()) {
      if (!begun) until = Now() + limits().header_timeout;
      begun = true;
      const auto used = parser_->FeedHead(input_);
      if (!used.ok()) {
        RefuseHead(used.error().code == Code::kResourceExhausted ? 431 : 400, used.error());
        co_return false;
      }
      input_.erase(0, *used);
      if (parser_->head_done()) co_return true;
    }
    if (input_ended_) co_return false;
    if (draining_ && !begun) {
      if (served_) co_return false;
      until = since + kFirstRequestPatience;
    }
    if (Now() >= until) {
      if (begun) {
        RefuseHead(408, {Code::kDeadlineExceeded,
                         "http request",
                         "its head did not arrive within " + FormatDuration(limits().header_timeout),
                         {},
                         "send it again, without pauses"});
      }
      co_return false;
    }
    StartRead(kHeadReadBytes);
    co_await Wait(until);
  }
  co_return false;
}

void Connection::RefuseHead(int status, const Error& why) {
  closes_ = true;
  auto answer = around_->refuse ? around_->refuse(why, status) : AsText(why, status);
  auto bytes = AnswerHead({answer.status, std::move(answer.headers), answer.body.size()}, {.closes = true});
  Send(bytes + answer.body);
}

std::optional<HttpRequest> Connection::TakeRequest() {
  auto& head = parser_->head();
  HttpRequest request{.method = std::move(head.method),
                      .headers = std::move(head.headers),
                      .peer = peer_,
                      .tls = socket_.tls() != nullptr,
                      .client_name = client_name_};
  auto target = SplitTarget(head.target);
  request.path = std::move(target.path);
  request.query = std::move(target.query);
  request.has_body = !parser_->done();
  if (!head.chunked) request.content_length = head.content_length;
  content_length_ = request.content_length;
  awaits_continue_ =
      request.has_body && head.minor_version >= 1 && request.headers.Lists("Expect", "100-continue");
  closes_ = draining_ || !parser_->keep_alive();
  if (head.minor_version >= 1 && !request.headers.Has("Host")) {
    RefuseHead(400, Refused("it has no Host header", "send Host with the name that was asked for"));
    return std::nullopt;
  }
  // Whose body's end is not known for sure could be read differently by a proxy in front.
  if (request.headers.Has("Transfer-Encoding") && !head.chunked) {
    RefuseHead(501, Refused("only the transfer encoding chunked is understood", "send it chunked, or whole"));
    return std::nullopt;
  }
  return request;
}

Connection::Awaitable Connection::Serve() {
  served_ = true;
  auto request = TakeRequest();
  if (!request) co_return;
  const bool keeps_raw = parser_->head().minor_version == 0;
  answered_ = false;
  body_done_ = !request->has_body;
  body_bytes_ = 0;
  body_waited_ = Millis(0);
  body_bytes_max_ = limits().body_bytes_max;
  last_moved_ = Now();
  around_->handler(MakeServerExchange(shared_from_this(), std::move(*request), keeps_raw));
  while (!ended_ && !AnswerSent()) {
    if (sink_) GivePiece();
    if (ended_ || AnswerSent()) break;
    if (!sink_) {
      if (input_.size() < kReadAheadBytesMax)
        StartRead(body_done_ && !raw_ ? kHeadReadBytes : kBodyReadBytes);
      // With whole requests still to be read, the client has only closed its side.
      if (input_ended_ && (input_.empty() || !body_done_ || raw_)) TellGone();
    }
    const auto until = ExchangeDeadline();
    if (Now() >= until) OnStall();
    // A write that starts meanwhile wakes nobody: it is looked at now and then.
    if (!ended_) co_await Wait(std::min(until, Now() + limits().stall_timeout));
  }
  ++serial_;
  if (!body_done_ || raw_) closes_ = true;
  if (auto sink = std::exchange(sink_, nullptr)) sink(AnswerEnded());
}

bool Connection::AnswerSent() { return answered_ && !writing_ && in_flight_.empty() && outbox_.Idle(); }

// A handler may think for as long as it likes; a client that is waited for may not.
SteadyTime Connection::ExchangeDeadline() const {
  if ((!sink_ || raw_) && !writing_) return SteadyTime::max();
  const auto silent = last_moved_ + limits().stall_timeout;
  return sink_ && !raw_ && !writing_ ? std::min(silent, wanted_since_ + BodyPatience()) : silent;
}

// How much longer the next piece may take: what comes a byte at a time would hold its turn for days.
Millis Connection::BodyPatience() const {
  const Seconds earned(body_bytes_ / std::max<std::uint64_t>(1, limits().body_bytes_per_second_min));
  return limits().stall_timeout + earned - body_waited_;
}

// Reads on for a while after the last answer, so that a client in the middle of an upload gets to read it:
// bytes that nobody read would make the kernel reset the connection.
Connection::Awaitable Connection::Linger() {
  const auto until = Now() + limits().stall_timeout;
  while (!ended_ && !(outbox_.Idle() && in_flight_.empty() && !writing_) && Now() < until)
    co_await Wait(until);
  if (ended_ || input_ended_) co_return;
  boost::system::error_code ignored;
  if (socket_.tls() == nullptr) socket_.tcp().shutdown(ServerSocket::Tcp::shutdown_send, ignored);
  if (draining_ && body_done_) co_return;
  const auto patience = Now() + kLingerMax;
  while (!ended_ && !input_ended_ && Now() < patience) {
    input_.clear();
    StartRead(kBodyReadBytes);
    co_await Wait(patience);
  }
}

// --- the body ---------------------------------------------------------------------------------------------

void Connection::WantPiece(Exchange::PieceSink sink) {
  if (draining_ && !raw_) return sink(ServerStops());
  sink_ = std::move(sink);
  last_moved_ = Now();
  wanted_since_ = last_moved_;
  Wake();
}

void Connection::SayContinue() {
  if (!std::exchange(awaits_continue_, false) || !input_.empty()) return;
  Send("HTTP/1.1 100 Continue\r\n\r\n");
}

void Connection::GivePiece() {
  auto piece = NextPiece();
  if (!piece) return StartRead(kBodyReadBytes);
  body_waited_ += Now() - wanted_since_;
  auto sink = std::exchange(sink_, nullptr);
  sink(std::move(*piece));
}

std::optional<Result<std::string>> Connection::NextPiece() {
  if (raw_) {
    if (input_.empty() && !input_ended_) return std::nullopt;
    return std::exchange(input_, {});
  }
  if (content_length_.value_or(0) > body_bytes_max_ || body_bytes_ > body_bytes_max_)
    return TooLarge(body_bytes_max_);
  std::string piece(std::min(input_.size(), kBodyReadBytes), '\0');
  if (!parser_->done()) {
    SayContinue();
    const auto fed = parser_->FeedBody(input_, piece);
    if (!fed.ok()) return fed.error();
    input_.erase(0, fed->used);
    piece.resize(fed->body);
    body_bytes_ += fed->body;
  } else {
    piece.clear();
  }
  body_done_ = parser_->done();
  if (body_bytes_ > body_bytes_max_) return TooLarge(body_bytes_max_);
  if (!piece.empty() || body_done_) return piece;
  if (input_ended_)
    return Error{Code::kDataLoss, "request body", "the client left in the middle of it", {}, "send it whole"};
  return std::nullopt;
}

void Connection::OnStall() {
  auto sink = std::exchange(sink_, nullptr);
  if (!sink || writing_) {
    sink_ = std::move(sink);
    return Break();
  }
  closes_ = true;
  const bool silent = Now() >= last_moved_ + limits().stall_timeout;
  sink(Error{Code::kDeadlineExceeded,
             "request body",
             silent ? "not one byte came for " + FormatDuration(limits().stall_timeout)
                    : "it comes more slowly than " + std::to_string(limits().body_bytes_per_second_min) +
                          " bytes a second",
             {},
             "send it again, without pauses"});
}

// --- from other threads -----------------------------------------------------------------------------------

bool Connection::Post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (!accepting_tasks_) return false;
  asio::post(*context_, [self = shared_from_this(), task = std::move(task)] { task(); });
  return true;
}

bool Connection::Send(std::string bytes) {
  return SendWithin(std::move(bytes), std::numeric_limits<std::size_t>::max());
}

bool Connection::SendWithin(std::string bytes, std::size_t max) {
  const auto taken = outbox_.PushWithin(std::move(bytes), max);
  if (taken == Outbox::Taken::kNo) return false;
  if (taken == Outbox::Taken::kYes) return true;
  return Post([this] {
    if (!writing_) last_moved_ = Now();
    StartWrite();
  });
}

void Connection::FinishAnswer(bool keep_open) {
  if (!keep_open) closes_ = true;
  std::function<void()> dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = std::exchange(gone_callback_, nullptr);
  }
  answered_ = true;
  Post([this] { Wake(); });
}

bool Connection::OnIoThread() const { return context_->get_executor().running_in_this_thread(); }

bool Connection::ClosesAfterAnswer() const { return closes_ || !body_done_ || gone_; }

void Connection::OnGone(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (accepting_tasks_ && !gone_) {
      gone_callback_ = std::move(callback);
      return;
    }
  }
  if (!Post(callback)) callback();
}

// --- the end ----------------------------------------------------------------------------------------------

void Connection::TellGone() {
  std::function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    callback = std::exchange(gone_callback_, nullptr);
  }
  if (callback) callback();
}

void Connection::Drain() {
  draining_ = true;
  closes_ = true;
  if (!answered_) TellGone();
  if (sink_ && !raw_) std::exchange(sink_, nullptr)(ServerStops());
  Wake();
}

void Connection::Break() {
  if (std::exchange(ended_, true)) return;
  outbox_.Close();
  socket_.Close();
  Wake();
}

void Connection::End() {
  Break();
  {
    const std::lock_guard lock(mutex_);
    accepting_tasks_ = false;
  }
  TellGone();
  if (auto sink = std::exchange(sink_, nullptr)) {
    sink(Error{Code::kUnavailable, "request body", "the connection is gone", {}, ""});
  }
  on_end_(this);
}

}  // namespace edm::rpc
