#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "common/rpc/http/client.h"
#include "common/rpc/http/server.h"
#include "tests/unit/common/raw_client.h"

namespace edm::rpc {
namespace {

// Answers by path; what must block runs on threads of the test.
class HttpServerTest : public testing::Test {
 protected:
  void Serve(HttpLimits limits = {}) {
    auto started = HttpServer::Start(
        {.limits = limits}, [this](std::shared_ptr<Exchange> exchange) { Handle(std::move(exchange)); });
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    server_ = std::move(started).value();
  }
  void TearDown() override {
    server_.reset();
    threads_.clear();
  }
  void Aside(std::function<void()> work) { threads_.emplace_back(std::move(work)); }

  void Handle(std::shared_ptr<Exchange> exchange) {
    const auto& path = exchange->request().path;
    if (path == "/echo") return Echo(exchange);
    if (path == "/aside") return Aside([exchange] { exchange->Respond({.body = "aside"}); });
    if (path == "/count") return Aside([this, exchange] { Count(*exchange); });
    if (path == "/dropped") return;
    if (path == "/events") return Events(exchange);
    if (path == "/big") return Aside([this, exchange] { Big(*exchange); });
    if (path == "/short") {
      exchange->Begin({.content_length = 10});
      (void)exchange->Send("12345");
      return exchange->Finish();
    }
    if (path == "/raw") return Aside([exchange] { Raw(*exchange); });
    exchange->Respond({.headers = {{"X-Query", exchange->request().query}},
                       .body = exchange->request().method + " " + path});
  }
  static void Echo(const std::shared_ptr<Exchange>& exchange) {
    ReadAll(exchange, 100'000, [exchange](Result<std::string> body) {
      if (body.ok()) return exchange->Respond({.body = *body});
      exchange->Respond(
          {.status = body.error().code == Code::kResourceExhausted ? 413 : 408, .body = body.error().cause});
    });
  }
  // Reads with blocking calls and tells how much it was.
  void Count(Exchange& exchange) {
    exchange.LimitBody(std::uint64_t{1} << 40);
    std::string bytes(100'000, '\0');
    std::uint64_t total = 0;
    while (true) {
      const auto got = exchange.Read(bytes);
      if (!got.ok()) {
        counted_.set_value(got.error());
        return;
      }
      if (*got == 0) break;
      total += *got;
    }
    exchange.Respond({.body = std::to_string(total)});
  }
  void Events(const std::shared_ptr<Exchange>& exchange) {
    exchange->OnGone([this] { ++left_; });
    exchange->Begin({.headers = {{"Content-Type", "text/event-stream"}}});
    (void)exchange->Send("data: hello\n\n");
    const std::lock_guard lock(mutex_);
    events_ = exchange;
  }
  void Big(Exchange& exchange) {
    exchange.Begin({});
    const std::string piece(100'000, 'b');
    for (int i = 0; i < 1'000; ++i) {
      const auto written = exchange.Write(piece);
      if (!written.ok()) {
        counted_.set_value(written.error());
        return;
      }
    }
    exchange.Finish();
  }
  static void Raw(Exchange& exchange) {
    exchange.Upgrade({.status = 101, .headers = {{"Upgrade", "tcp"}}});
    char bytes[64];
    for (auto got = exchange.Read(bytes); got.ok() && *got > 0; got = exchange.Read(bytes)) {
      (void)exchange.Write("<" + std::string(bytes, *got) + ">");
    }
    (void)exchange.Write("bye");
    exchange.Finish();
  }
  std::shared_ptr<Exchange> AwaitEvents() {
    for (int tries = 0; tries < 300; ++tries) {
      {
        const std::lock_guard lock(mutex_);
        if (events_) return events_;
      }
      std::this_thread::sleep_for(Millis(5));
    }
    return nullptr;
  }
  template <class Condition>
  static bool Soon(Condition condition) {
    for (int tries = 0; tries < 600 && !condition(); ++tries) std::this_thread::sleep_for(Millis(5));
    return condition();
  }
  HttpClient Client() { return HttpClient({.url = "http://" + server_->addresses()[0]}); }

  std::unique_ptr<HttpServer> server_;
  std::vector<std::jthread> threads_;
  std::promise<Error> counted_;
  std::mutex mutex_;
  std::shared_ptr<Exchange> events_;
  std::atomic<int> left_{0};
};

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  Serve();
  auto client = Client();
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.Call({.target = "/a%2Fb?x=1&y"});
    ASSERT_TRUE(reply.ok()) << ToString(reply.error());
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "GET /a%2Fb");
    EXPECT_EQ(reply->headers.Get("x-query"), "x=1&y");
    EXPECT_TRUE(reply->headers.Has("Date"));
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpServerTest, AnswersFromAnotherThread) {
  Serve();
  EXPECT_EQ(Client().Call({.target = "/aside"})->body, "aside");
}

TEST_F(HttpServerTest, GivesHeadNoBodyButItsLength) {
  Serve();
  RawClient raw(server_->port());
  raw.Send("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto answer = raw.ReadAll();
  EXPECT_NE(answer.find("Content-Length: 7\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
  auto client = Client();
  EXPECT_EQ(client.Call({.method = "HEAD", .target = "/x"})->status, 200);
  EXPECT_EQ(client.Call({.target = "/x"})->body, "GET /x");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
  Serve();
  RawClient raw(server_->port());
  std::string requests = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none";
  requests += "GET /aside HTTP/1.1\r\nHost: h\r\n\r\n";
  requests +=
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\ntw\r\n1;x=y\r\no\r\n0\r\n\r\n";
  requests += "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  raw.Send(requests);
  const auto answers = raw.ReadAll();
  const auto one = answers.find("\r\n\r\none");
  const auto aside = answers.find("\r\n\r\naside");
  const auto two = answers.find("\r\n\r\ntwo");
  const auto last = answers.find("GET /last");
  EXPECT_TRUE(one < aside && aside < two && two < last && last != std::string::npos) << answers;
  EXPECT_TRUE(raw.closed());
}

TEST_F(HttpServerTest, AnswersAllPipelinedRequestsOfAClientThatClosedItsSide) {
  Serve();
  constexpr std::size_t kRequests = 500;
  RawClient raw(server_->port());
  std::string requests;
  for (std::size_t i = 0; i < kRequests; ++i) requests += "GET /aside HTTP/1.1\r\nHost: h\r\n\r\n";
  raw.Send(requests + "GARBAGE\r\n\r\n");
  raw.ShutdownWrite();
  const auto answers = raw.ReadAll(20'000);
  const auto count = [&](std::string_view status) {
    std::size_t found = 0;
    for (auto at = answers.find(status); at != std::string::npos; at = answers.find(status, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("HTTP/1.1 200"), kRequests);
  EXPECT_EQ(count("HTTP/1.1 400"), 1U);
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  Serve();
  RawClient raw(server_->port());
  for (const char c : std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"))
    raw.Send({&c, 1});
  EXPECT_TRUE(raw.ReadUntil("\r\n\r\nhello").ends_with("hello"));
}

TEST_F(HttpServerTest, RefusesMalformedRequests) {
  Serve({.header_bytes_max = 2'000});
  const std::pair<std::string, std::string> cases[] = {
      {"GARBAGE\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
      {"GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\n", "400"},
      {"GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(4'000, 'x') + "\r\n\r\n", "431"},
      {"GET /" + std::string(4'000, 'x'), "431"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
  };
  for (const auto& [request, status] : cases) {
    RawClient raw(server_->port());
    raw.Send(request);
    EXPECT_TRUE(raw.ReadAll(1'000).starts_with("HTTP/1.1 " + status))
        << request.substr(0, 80) << " -> " << raw.ReadAll(100).substr(0, 80);
  }
  EXPECT_EQ(Client().Call({.target = "/fine"})->status, 200);
}

TEST_F(HttpServerTest, RefusesALargeBodyAndTheClientGetsToReadIt) {
  Serve();
  auto client = Client();
  const auto announced =
      client.Call({.method = "POST", .target = "/echo", .body = std::string(5'000'000, 'x')});
  ASSERT_TRUE(announced.ok()) << ToString(announced.error());
  EXPECT_EQ(announced->status, 413);
  int pieces = 0;
  const auto streamed = client.Call(
      {.method = "POST", .target = "/echo", .body_source = [&](std::span<char> into) -> Result<std::size_t> {
         if (++pieces > 100) return std::size_t{0};
         std::fill(into.begin(), into.end(), 'x');
         return into.size();
       }});
  ASSERT_TRUE(streamed.ok()) << ToString(streamed.error());
  EXPECT_EQ(streamed->status, 413);
  EXPECT_EQ(client.Call({.method = "POST", .target = "/echo", .body = "fits"})->body, "fits");
}

TEST_F(HttpServerTest, SaysContinueOnlyWhenTheBodyIsWanted) {
  Serve();
  RawClient wanted(server_->port());
  wanted.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_TRUE(wanted.ReadUntil("\r\n\r\n").starts_with("HTTP/1.1 100 Continue\r\n\r\n"));
  wanted.Send("ok");
  EXPECT_TRUE(wanted.ReadUntil("\r\n\r\nok").ends_with("ok"));
  RawClient unwanted(server_->port());
  unwanted.Send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  const auto answer = unwanted.ReadUntil("POST /x");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, TakesALargeUploadWithBlockingReads) {
  Serve();
  std::uint64_t left = 200'000'000;
  const auto reply = Client().Call({.method = "PUT",
                                    .target = "/count",
                                    .body_source = [&](std::span<char> into) -> Result<std::size_t> {
                                      const auto count = std::min<std::uint64_t>(left, into.size());
                                      left -= count;
                                      return static_cast<std::size_t>(count);
                                    },
                                    .deadline = Millis(60'000)});
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(reply->body, "200000000");
}

TEST_F(HttpServerTest, TellsThatTheClientLeftInTheMiddleOfAnUpload) {
  Serve();
  auto failed = counted_.get_future();
  RawClient raw(server_->port());
  raw.Send("PUT /count HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nhalf");
  raw.Close();
  EXPECT_EQ(failed.get().code, Code::kDataLoss);
}

TEST_F(HttpServerTest, GivesUpOnASlowBody) {
  Serve({.stall_timeout = Millis(100)});
  RawClient raw(server_->port());
  raw.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(raw.ReadAll().starts_with("HTTP/1.1 408"));
  EXPECT_TRUE(raw.closed());
}

TEST_F(HttpServerTest, GivesUpOnABodyThatDribbles) {
  Serve({.stall_timeout = Millis(300), .body_bytes_per_second_min = 1'000});
  RawClient raw(server_->port());
  raw.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  std::jthread dribble([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      raw.Send("x");
      std::this_thread::sleep_for(Millis(20));
    }
  });
  const auto answer = raw.ReadUntil("bytes a second");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408")) << answer;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(5'000));
}

TEST_F(HttpServerTest, TakesABodyThatComesSlowlyButSteadily) {
  Serve({.stall_timeout = Millis(300), .body_bytes_per_second_min = 100});
  RawClient raw(server_->port());
  raw.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {
    raw.Send(std::string(100, 'x'));
    std::this_thread::sleep_for(Millis(100));
  }
  EXPECT_TRUE(raw.ReadUntil("xxx").starts_with("HTTP/1.1 200"));
}

TEST_F(HttpServerTest, AnswersAClientThatClosedItsSideAfterTheRequest) {
  Serve();
  for (const std::string request : {"GET /aside HTTP/1.1\r\nHost: h\r\n\r\n",
                                    "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok"}) {
    RawClient raw(server_->port());
    raw.Send(request);
    raw.ShutdownWrite();
    EXPECT_TRUE(raw.ReadAll().starts_with("HTTP/1.1 200")) << request;
  }
  RawClient large(server_->port());
  large.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\nfirst");
  large.ShutdownWrite();
  EXPECT_TRUE(large.ReadAll().starts_with("HTTP/1.1 413"));
}

TEST_F(HttpServerTest, RefusesInTheWordsOfItsOwner) {
  auto started = HttpServer::Start(
      {.refuse =
           [](const Error& error, int status) {
             return HttpAnswer{status, {{"Content-Type", "x/y"}}, "<" + error.object + ">"};
           }},
      [](const std::shared_ptr<Exchange>& exchange) { exchange->Respond({.body = "fine"}); });
  ASSERT_TRUE(started.ok());
  RawClient raw((*started)->port());
  raw.Send("GARBAGE\r\n\r\n");
  const auto answer = raw.ReadAll();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer;
  EXPECT_NE(answer.find("x/y"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("<http message>")) << answer;
}

TEST_F(HttpServerTest, GivesUpOnASlowHeadAndAnIdleConnection) {
  Serve({.header_timeout = Millis(100), .idle_timeout = Millis(100)});
  RawClient slow(server_->port());
  slow.Send("GET / HT");
  EXPECT_TRUE(slow.ReadAll().starts_with("HTTP/1.1 408"));
  RawClient idle(server_->port());
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_TRUE(idle.closed());
}

TEST_F(HttpServerTest, AnswersFiveHundredForADroppedExchange) {
  Serve();
  EXPECT_EQ(Client().Call({.target = "/dropped"})->status, 500);
}

TEST_F(HttpServerTest, BreaksTheConnectionOfAnAnswerThatIsTooShort) {
  Serve();
  const auto reply = Client().Call({.target = "/short"});
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kUnavailable);
}

TEST_F(HttpServerTest, StreamsEventsAndNoticesThatTheClientLeft) {
  Serve();
  auto raw = std::make_unique<RawClient>(server_->port());
  raw->Send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(raw->ReadUntil("hello").find("d\r\ndata: hello\n\n\r\n"), std::string::npos);
  const auto events = AwaitEvents();
  ASSERT_TRUE(events);
  EXPECT_TRUE(events->Send("data: more\n\n"));
  EXPECT_NE(raw->ReadUntil("more").find("data: more"), std::string::npos);
  EXPECT_FALSE(events->gone());
  raw.reset();
  EXPECT_TRUE(Soon([&] { return left_ == 1; }));
  EXPECT_TRUE(events->gone());
  EXPECT_TRUE(Soon([&] { return !events->Send("data: too late\n\n"); }));
}

TEST_F(HttpServerTest, DropsAReaderOfEventsThatIsTooSlow) {
  Serve({.send_queue_bytes_max = 100'000});
  RawClient raw(server_->port());
  raw.Send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto events = AwaitEvents();
  ASSERT_TRUE(events);
  const std::string piece(50'000, 'e');
  int sent = 0;
  while (sent < 2'000 && events->Send(piece)) ++sent;
  EXPECT_LT(sent, 2'000);
  EXPECT_TRUE(Soon([&] { return left_ == 1; }));
}

TEST_F(HttpServerTest, SlowsAWriterDownToThePaceOfItsReader) {
  Serve();
  std::uint64_t total = 0;
  const auto reply =
      Client().Stream({.target = "/big", .deadline = Millis(60'000)}, [&](int, std::string_view piece) {
        total += piece.size();
        return Ok();
      });
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(total, 100'000'000U);
}

TEST_F(HttpServerTest, FreesAWriterWhoseReaderLeft) {
  Serve();
  auto failed = counted_.get_future();
  {
    RawClient raw(server_->port());
    raw.Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
    raw.ReadUntil("bbbb");
  }
  EXPECT_EQ(failed.get().code, Code::kUnavailable);
}

TEST_F(HttpServerTest, FreesAWriterWhoseReaderReadsNothing) {
  Serve({.stall_timeout = Millis(200)});
  auto failed = counted_.get_future();
  RawClient raw(server_->port());
  raw.Send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(failed.get().code, Code::kUnavailable);
}

TEST_F(HttpServerTest, SpeaksRawAfterAnUpgrade) {
  Serve();
  auto client = Client();
  auto upgraded = client.Upgrade({.method = "POST", .target = "/raw"}, "tcp");
  ASSERT_TRUE(upgraded.ok()) << ToString(upgraded.error());
  ASSERT_EQ(upgraded->reply.status, 101);
  auto& stream = *upgraded->stream;
  ASSERT_TRUE(stream.Write("ping").ok());
  char bytes[64];
  EXPECT_EQ(std::string(bytes, *stream.Read(bytes)), "<ping>");
  stream.CloseWrite();
  std::string rest;
  for (auto got = stream.Read(bytes); got.ok() && *got > 0; got = stream.Read(bytes))
    rest.append(bytes, *got);
  EXPECT_EQ(rest, "bye");
}

TEST_F(HttpServerTest, SpeaksHttpOneZeroWithoutChunks) {
  Serve();
  RawClient raw(server_->port());
  raw.Send("GET /big HTTP/1.0\r\n\r\n");
  const auto answer = raw.ReadAll(20'000);
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, 100'000'000U);
}

TEST_F(HttpServerTest, RefusesMoreConnectionsThanItsLimit) {
  Serve({.connections_max = 2});
  RawClient one(server_->port());
  RawClient two(server_->port());
  EXPECT_TRUE(Soon([&] { return server_->connections() == 2; }));
  RawClient three(server_->port());
  three.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(three.ReadAll(), "");
  one.Close();
  EXPECT_TRUE(Soon([&] { return server_->connections() == 1; }));
  EXPECT_EQ(Client().Call({.target = "/x"})->status, 200);
}

TEST_F(HttpServerTest, StopsWithItsExchangesAndLetsThemFinish) {
  Serve();
  RawClient idle(server_->port());
  RawClient raw(server_->port());
  raw.Send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto events = AwaitEvents();
  ASSERT_TRUE(events);
  raw.ReadUntil("hello");
  Aside([this, events] {
    EXPECT_TRUE(Soon([&] { return left_ == 1; }));
    EXPECT_TRUE(events->Send("data: bye\n\n"));
    events->Finish();
  });
  const auto begin = std::chrono::steady_clock::now();
  server_->Stop(Millis(5'000));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(3'000));
  EXPECT_NE(raw.ReadAll().find("data: bye\n\n\r\n0\r\n\r\n"), std::string::npos);
}

// Whoever has connected has not been refused: a first request that is on its way is answered, and no other.
TEST_F(HttpServerTest, AStopAnswersWhoHasOnlyJustConnected) {
  Serve();
  RawClient kept(server_->port());
  kept.Send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(kept.ReadUntil("GET /hello").find("200"), std::string::npos);
  kept.Forget();
  RawClient fresh(server_->port());
  ASSERT_TRUE(Soon([&] { return server_->connections() == 2; }));
  const std::jthread stopping([this] { server_->Stop(Millis(5'000)); });
  EXPECT_EQ(kept.ReadAll(), "") << "idle since its answer: closed at once";
  EXPECT_TRUE(fresh.Send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
  const auto answer = fresh.ReadAll();
  EXPECT_NE(answer.find("200"), std::string::npos);
  EXPECT_NE(answer.find("close"), std::string::npos);
}

TEST_F(HttpServerTest, AStopDoesNotWaitLongForAFirstRequest) {
  Serve();
  RawClient silent(server_->port());
  ASSERT_TRUE(Soon([&] { return server_->connections() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  server_->Stop(Millis(5'000));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(2'000));
}

TEST_F(HttpServerTest, GoesOnWithASocketThatListensAlready) {
  auto listener = Listen("127.0.0.1:0");
  ASSERT_TRUE(listener.ok());
  const auto port = listener->port;
  UniqueFd kept(::dup(listener->fd.get()));
  HttpServerOptions options;
  options.listen.clear();
  options.listeners.push_back(std::move(*listener));
  const auto handler = [](const std::shared_ptr<Exchange>& exchange) { RespondText(*exchange, 200, "here"); };
  auto first = HttpServer::Start(std::move(options), handler);
  ASSERT_TRUE(first.ok());
  (*first)->Stop(Millis(0));
  RawClient waiting(port);  // nobody serves, and nobody refuses
  waiting.Send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  HttpServerOptions next;
  next.listen.clear();
  next.listeners.push_back(Adopt(std::move(kept)));
  EXPECT_EQ(next.listeners.front().address, "127.0.0.1:" + std::to_string(port));
  auto second = HttpServer::Start(std::move(next), handler);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(waiting.ReadAll().find("here"), std::string::npos);
}

TEST_F(HttpServerTest, StopsAtItsDeadlineAndOutlivedExchangesDoNoHarm) {
  Serve();
  RawClient raw(server_->port());
  raw.Send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
  auto events = AwaitEvents();
  ASSERT_TRUE(events);
  const auto begin = std::chrono::steady_clock::now();
  server_->Stop(Millis(100));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(1'000));
  server_.reset();
  EXPECT_FALSE(events->Send("data: late\n\n"));
  EXPECT_FALSE(events->Write("late").ok());
  EXPECT_TRUE(events->gone());
  events->Finish();
}

TEST_F(HttpServerTest, HoldsManyIdleStreamsCheaply) {
  std::vector<std::shared_ptr<Exchange>> held;
  auto started = HttpServer::Start({}, [&](std::shared_ptr<Exchange> exchange) {
    const std::lock_guard lock(mutex_);
    exchange->Begin({.headers = {{"Content-Type", "text/event-stream"}}});
    held.push_back(std::move(exchange));
  });
  ASSERT_TRUE(started.ok());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(std::make_unique<RawClient>((*started)->port()));
    clients.back()->Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  for (auto& client : clients) client->ReadUntil("\r\n\r\n");
  std::unique_lock lock(mutex_);
  for (auto& exchange : held) EXPECT_TRUE(exchange->Send("data: x\n\n"));
  for (auto& client : clients) EXPECT_NE(client->ReadUntil("data: x").find("data: x"), std::string::npos);
  clients.clear();
  EXPECT_TRUE(
      Soon([&] { return std::ranges::all_of(held, [](const auto& exchange) { return exchange->gone(); }); }));
  held.clear();
  lock.unlock();
  EXPECT_TRUE(Soon([&] { return (*started)->connections() == 0; }));
  started.value().reset();
}

TEST(HttpListen, SaysWhyAnAddressCannotBeUsed) {
  const auto answer = [](std::shared_ptr<Exchange>) {};
  auto first = HttpServer::Start({}, answer);
  ASSERT_TRUE(first.ok());
  const std::pair<std::string, Code> cases[] = {{(*first)->addresses()[0], Code::kFailedPrecondition},
                                                {"203.0.113.77:0", Code::kNotFound},
                                                {"localhost", Code::kInvalidArgument},
                                                {":80", Code::kInvalidArgument}};
  for (const auto& [address, code] : cases) {
    const auto server = HttpServer::Start({.listen = {address}}, answer);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.error().code, code) << ToString(server.error());
    EXPECT_EQ(server.error().object, "listen " + address);
  }
}

}  // namespace
}  // namespace edm::rpc
