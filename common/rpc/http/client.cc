#include "common/rpc/http/client.h"

#include <poll.h>

#include <mutex>
#include <vector>

#include "common/rpc/http/conversation.h"
#include "common/rpc/http/target.h"
#include "common/rpc/http/transport.h"
#include "common/rpc/http/upgraded_stream.h"

namespace edm::rpc {
namespace {

bool PlainWord(std::string_view text) {
  return !text.empty() && text.find_first_of(" \r\n\t") == std::string_view::npos &&
         text.find('\0') == std::string_view::npos;
}

bool Repeatable(const HttpCall& call) {
  return (call.method == "GET" || call.method == "HEAD") && !call.body_source;
}

// Wakes a call's waits when it is stopped; costs nothing where nobody can stop it.
class StopWatch {
 public:
  explicit StopWatch(std::stop_token stop) {
    if (!stop.stop_possible()) return;
    event_ = std::make_unique<WakeEvent>();
    callback_.emplace(stop, Wake{event_.get()});
  }
  WakeEvent* event() const { return event_.get(); }

 private:
  struct Wake {
    WakeEvent* event;
    void operator()() const { event->Set(); }
  };
  std::unique_ptr<WakeEvent> event_;
  std::optional<std::stop_callback<Wake>> callback_;
};

}  // namespace

class HttpClient::State {
 public:
  explicit State(HttpClientOptions options)
      : options_(std::move(options)), origin_(ParseOrigin(options_.url)) {}

  Result<HttpReply> Stream(const HttpCall& call, const BodySink& sink, std::stop_token stop) {
    EDM_TRY(const auto head, Head(call, ""));
    const StopWatch watch(std::move(stop));
    const Patience patience(call.deadline, call.stall, watch.event());
    bool reused = true;
    while (true) {
      auto taken = Take(patience, reused);
      if (!taken.ok()) return Named(call, std::move(taken).error());
      auto& transport = *taken;
      Conversation conversation(*transport, call, head, patience);
      const auto told = conversation.ToEnd(sink);
      if (told.ok()) {
        if (conversation.reusable()) Keep(std::move(transport));
        auto& got = conversation.head();
        return HttpReply{got.status, std::move(got.headers), ""};
      }
      // The server may have closed an idle connection just as this call took it.
      const bool stale =
          reused && !conversation.heard() && told.error().code == Code::kUnavailable && Repeatable(call);
      if (!stale) return Named(call, told.error());
      reused = false;
    }
  }

  Result<Upgraded> Upgrade(const HttpCall& call, std::string_view protocol, std::stop_token stop) {
    EDM_TRY(const auto head, Head(call, protocol));
    const StopWatch watch(std::move(stop));
    const Patience patience(call.deadline, call.stall, watch.event());
    bool reused = false;
    auto taken = Take(patience, reused);
    if (!taken.ok()) return Named(call, std::move(taken).error());
    auto& transport = *taken;
    Conversation conversation(*transport, call, head, patience);
    if (auto told = conversation.ToHead(); !told.ok()) return Named(call, std::move(told).error());
    Upgraded upgraded;
    const int status = conversation.head().status;
    if (status == 101 || status == 200) {
      upgraded.reply = {status, std::move(conversation.head().headers), ""};
      upgraded.stream = MakeUpgradedStream(std::move(transport), conversation.TakeRest(), options_.url);
      return upgraded;
    }
    std::string body;
    const auto told = conversation.ToEnd(Collector(body));
    if (!told.ok()) return Named(call, told.error());
    upgraded.reply = {status, std::move(conversation.head().headers), std::move(body)};
    return upgraded;
  }

  BodySink Collector(std::string& body) const {
    return [this, &body](int, std::string_view piece) -> Status {
      if (body.size() + piece.size() > options_.body_bytes_max) {
        return Error{Code::kResourceExhausted,
                     "",
                     "the answer is larger than " + std::to_string(options_.body_bytes_max) + " bytes",
                     {},
                     ""};
      }
      body += piece;
      return Ok();
    };
  }

 private:
  Result<std::string> Head(const HttpCall& call, std::string_view upgrade) const {
    if (!origin_.ok()) return origin_.error();
    if (!PlainWord(call.method) || !PlainWord(call.target) || !call.target.starts_with('/')) {
      return Error{Code::kInvalidArgument,
                   "http call",
                   "a method and an encoded target that begins with / are needed",
                   {},
                   ""};
    }
    std::string head = call.method + " " + call.target + " HTTP/1.1\r\n";
    if (!call.headers.Has("Host")) head += "Host: " + origin_->host_header + "\r\n";
    options_.headers.AppendTo(head);
    call.headers.AppendTo(head);
    if (call.body_source && !call.body_size) {
      head += "Transfer-Encoding: chunked\r\n";
    } else if (call.body_source || !call.body.empty() || call.method == "POST" || call.method == "PUT" ||
               call.method == "PATCH") {
      head +=
          "Content-Length: " + std::to_string(call.body_source ? *call.body_size : call.body.size()) + "\r\n";
    }
    if (!upgrade.empty()) head.append("Connection: Upgrade\r\nUpgrade: ").append(upgrade).append("\r\n");
    return head += "\r\n";
  }

  // An idle connection if `reused` allows one, else a new one; `reused` says afterwards which it was.
  Result<std::unique_ptr<Transport>> Take(const Patience& patience, bool& reused) {
    while (reused) {
      std::unique_ptr<Transport> idle;
      {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) break;
        idle = std::move(idle_.back());
        idle_.pop_back();
      }
      // Readable while nothing was asked: closed by the server.
      pollfd wait{idle->fd(), POLLIN, 0};
      if (::poll(&wait, 1, 0) == 0) return idle;
    }
    reused = false;
    return Dial(*origin_, options_.tls, patience.Within(options_.connect_timeout));
  }

  void Keep(std::unique_ptr<Transport> transport) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.idle_connections_max) idle_.push_back(std::move(transport));
  }

  // The query stays out of it: it may carry a credential.
  Error Named(const HttpCall& call, Error error) const {
    if (error.object.empty() || error.object == options_.url) {
      error.object = call.method + " " + options_.url + SplitTarget(call.target).path;
    }
    return error;
  }

  const HttpClientOptions options_;
  const Result<Origin> origin_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transport>> idle_;  // guarded by mutex_
};

HttpClient::HttpClient(HttpClientOptions options) : state_(std::make_unique<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;

Result<HttpReply> HttpClient::Call(const HttpCall& call, std::stop_token stop) {
  std::string body;
  EDM_TRY(auto reply, state_->Stream(call, state_->Collector(body), std::move(stop)));
  reply.body = std::move(body);
  return reply;
}

Result<HttpReply> HttpClient::Stream(const HttpCall& call, const BodySink& sink, std::stop_token stop) {
  return state_->Stream(call, sink, std::move(stop));
}

Result<HttpClient::Upgraded> HttpClient::Upgrade(const HttpCall& call, std::string_view protocol,
                                                 std::stop_token stop) {
  return state_->Upgrade(call, protocol, std::move(stop));
}

}  // namespace edm::rpc
