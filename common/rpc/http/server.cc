#include "common/rpc/http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <set>
#include <thread>

#include "common/rpc/http/connection.h"
#include "common/rpc/http/listener.h"
#include "common/rpc/http/pem.h"

namespace edm::rpc {
namespace {

namespace asio = boost::asio;

// Out of descriptors: others may be closed meanwhile.
constexpr Millis kAcceptPause{50};

struct IoThread {
  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work{context->get_executor()};
  std::set<Connection*> connections;  // the thread's own
  std::thread thread;
};

}  // namespace

class HttpServer::State {
 public:
  State(HttpServerOptions options, Handler handler, std::vector<Listener> listeners,
        std::shared_ptr<asio::ssl::context> tls)
      : around_(std::make_shared<Connection::Surroundings>(
            Connection::Surroundings{options.limits, std::move(handler), std::move(options.refuse)})),
        tls_(std::move(tls)) {
    for (unsigned i = 0; i < std::max(1U, options.io_threads); ++i)
      threads_.push_back(std::make_unique<IoThread>());
    for (auto& listener : listeners) {
      addresses_.push_back(listener.address);
      ports_.push_back(listener.port);
      acceptors_.emplace_back(*threads_.front()->context,
                              listener.v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), listener.fd.Release());
    }
    for (auto& acceptor : acceptors_) {
      asio::co_spawn(*threads_.front()->context, Accept(acceptor), asio::detached);
    }
    for (auto& io : threads_) {
      io->thread = std::thread([context = io->context] {
        ::pthread_setname_np(::pthread_self(), "edm-http");
        context->run();
      });
    }
  }

  void Stop(Millis patience) {
    if (stopped_.exchange(true)) return;
    asio::post(*threads_.front()->context, [this] {
      boost::system::error_code ignored;
      for (auto& acceptor : acceptors_) acceptor.close(ignored);
    });
    OnEachConnection(&Connection::Drain);
    {
      std::unique_lock lock(mutex_);
      none_left_.wait_for(lock, patience, [this] { return count_ == 0; });
    }
    // Again until none is left: a connection may have been accepted while we looked.
    while (count_ > 0) {
      OnEachConnection(&Connection::Break);
      std::unique_lock lock(mutex_);
      none_left_.wait_for(lock, Millis(50), [this] { return count_ == 0; });
    }
    for (auto& io : threads_) io->work.reset();
    for (auto& io : threads_) io->thread.join();
  }

  void Renew(std::shared_ptr<asio::ssl::context> tls) {
    const std::lock_guard lock(mutex_);
    tls_ = std::move(tls);
  }

  const std::vector<std::string>& addresses() const { return addresses_; }
  std::uint16_t port() const { return ports_.front(); }
  std::size_t connections() const { return count_; }

 private:
  std::shared_ptr<asio::ssl::context> Tls() {
    const std::lock_guard lock(mutex_);
    return tls_;
  }

  void OnEachConnection(void (Connection::*action)()) {
    for (auto& io : threads_) {
      asio::post(*io->context, [&io, action] {
        const auto connections = io->connections;  // an action may end one
        for (auto* connection : connections) {
          if (io->connections.contains(connection)) (connection->*action)();
        }
      });
    }
  }

  asio::awaitable<void> Accept(asio::ip::tcp::acceptor& acceptor) {
    while (acceptor.is_open()) {
      auto& io = *threads_[next_++ % threads_.size()];
      auto [failure, socket] =
          co_await acceptor.async_accept(*io.context, asio::as_tuple(asio::use_awaitable));
      if (failure == asio::error::operation_aborted || stopped_) co_return;
      if (failure) {
        asio::steady_timer pause(*threads_.front()->context, kAcceptPause);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      if (count_ >= around_->limits.connections_max) continue;  // closed at once
      Take(io, std::move(socket));
    }
  }

  void Take(IoThread& io, asio::ip::tcp::socket socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    ++count_;
    const auto tls = Tls();
    auto wrapped = tls ? ServerSocket(std::move(socket), *tls) : ServerSocket(std::move(socket));
    auto connection =
        std::make_shared<Connection>(io.context, std::move(wrapped), around_, [this, &io](Connection* ended) {
          io.connections.erase(ended);
          const std::lock_guard lock(mutex_);
          if (--count_ == 0) none_left_.notify_all();
        });
    asio::post(*io.context, [&io, connection] {
      io.connections.insert(connection.get());
      connection->Start();
    });
  }

  const std::shared_ptr<const Connection::Surroundings> around_;
  std::shared_ptr<asio::ssl::context> tls_;  // guarded by mutex_
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::vector<asio::ip::tcp::acceptor> acceptors_;
  std::vector<std::string> addresses_;
  std::vector<std::uint16_t> ports_;
  std::size_t next_ = 0;
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable none_left_;
  std::atomic<std::size_t> count_{0};
};

namespace {

Result<std::shared_ptr<asio::ssl::context>> MakeTls(const HttpServerTls& tls) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* native = context->native_handle();
  ::SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  if (!UseCertificate(native, tls.certificate_chain, tls.private_key)) {
    return Error{Code::kInvalidArgument,
                 "tls",
                 "the certificate is none, or does not fit its key",
                 {},
                 "check both PEM texts"};
  }
  if (!tls.client_ca.empty()) {
    if (!AddCertificateAuthorities(native, tls.client_ca)) {
      return Error{
          Code::kInvalidArgument, "tls", "the client ca is no certificate", {}, "check its PEM text"};
    }
    ::SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(HttpServerOptions options, Handler handler) {
  std::shared_ptr<asio::ssl::context> tls;
  if (options.tls) {
    EDM_TRY(tls, MakeTls(*options.tls));
  }
  if (options.listen.empty() && options.listeners.empty())
    return Error{Code::kInvalidArgument, "listen", "no address is given", {}, ""};
  auto listeners = std::move(options.listeners);
  for (const auto& address : options.listen) {
    EDM_TRY(auto listener, Listen(address));
    listeners.push_back(std::move(listener));
  }
  try {
    return std::unique_ptr<HttpServer>(new HttpServer(std::make_unique<State>(
        std::move(options), std::move(handler), std::move(listeners), std::move(tls))));
  } catch (const std::exception& failure) {
    return Error{
        Code::kResourceExhausted, "http server", failure.what(), {}, "raise the limits of threads and files"};
  }
}

Status HttpServer::Renew(const HttpServerTls& tls) {
  EDM_TRY(auto context, MakeTls(tls));
  state_->Renew(std::move(context));
  return Ok();
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { state_->Stop(Millis(0)); }
const std::vector<std::string>& HttpServer::addresses() const { return state_->addresses(); }
std::uint16_t HttpServer::port() const { return state_->port(); }
std::size_t HttpServer::connections() const { return state_->connections(); }
void HttpServer::Stop(Millis patience) { state_->Stop(patience); }

}  // namespace edm::rpc
