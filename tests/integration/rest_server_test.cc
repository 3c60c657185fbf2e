#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "common/base/text.h"
#include "common/rpc/http/client.h"
#include "common/rpc/http/server.h"
#include "common/rpc/status.h"
#include "master/api/rest/gateway.h"
#include "tests/integration/rpc_fixture.h"

namespace edm::master::rest {
namespace {

using rpc::testing::kToken;

// The gateway over real sockets, with the same scripted handlers as gRPC's tests.
class RestServer : public testing::Test {
 protected:
  RestServer() {
    rpc::testing::ServeScript(table_, notes_);
    gateway_ = std::make_unique<Gateway>(table_, rpc::testing::KnowsAda, "1.2.3");
    auto started =
        rpc::HttpServer::Start({}, [this](auto exchange) { gateway_->Handle(std::move(exchange)); });
    server_ = std::move(started).value();
    rpc::HttpClientOptions options;
    options.url = "http://" + server_->addresses()[0];
    options.headers = {{"Authorization", std::string("Bearer ") + kToken}};
    client_ = std::make_unique<rpc::HttpClient>(options);
  }
  ~RestServer() override {
    client_.reset();
    server_.reset();
    gateway_.reset();
  }
  rpc::HttpReply Get(const std::string& target, rpc::HttpHeaders headers = {}) {
    rpc::HttpCall call;
    call.target = target;
    call.headers = std::move(headers);
    auto reply = client_->Call(call);
    EXPECT_TRUE(reply.ok()) << ToString(reply.error());
    return reply.ok() ? std::move(reply).value() : rpc::HttpReply{};
  }

  rpc::MethodTable table_;
  rpc::testing::Notes notes_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<rpc::HttpServer> server_;
  std::unique_ptr<rpc::HttpClient> client_;
};

TEST_F(RestServer, AnswersJsonAndProblems) {
  const auto found = Get("/v1/instances/shop");
  EXPECT_EQ(found.status, 200);
  EXPECT_NE(found.body.find("\"owner\": \"ada\""), std::string::npos);
  const auto none = Get("/v1/instances/none");
  EXPECT_EQ(none.status, 404);
  EXPECT_EQ(none.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(rpc::FromProblem(none.body, 404, "").hint, "edmctl ls");
}

TEST_F(RestServer, StreamsAnUploadWithoutKnowingItsLength) {
  rpc::HttpCall call;
  call.method = "PUT";
  call.target = "/v1/instances/shop/source?until=BUILT";
  call.headers = {{"Expect", "100-continue"}};
  std::size_t left = 32 << 20;
  call.body_source = [&left](std::span<char> into) -> Result<std::size_t> {
    const auto now = std::min(left, into.size());
    std::fill_n(into.begin(), now, 'x');
    left -= now;
    return now;
  };
  const auto reply = client_->Call(call);
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(reply->status, 202);
  EXPECT_EQ(reply->headers.Get("Location"), "/v1/operations/" + std::to_string(32 << 20));
  EXPECT_TRUE(notes_.Seen("upload of shop until 2"));
}

TEST_F(RestServer, NeverTakesABrokenUploadForAWholeOne) {
  rpc::HttpCall call;
  call.method = "PUT";
  call.target = "/v1/instances/shop/source";
  int pieces = 0;
  call.body_source = [&pieces](std::span<char> into) -> Result<std::size_t> {
    if (++pieces > 20) return Error{Code::kCancelled, "upload", "interrupted", {}, ""};
    return into.size();
  };
  EXPECT_FALSE(client_->Call(call).ok());
  EXPECT_TRUE(notes_.Await("upload cancelled"));
  EXPECT_FALSE(notes_.Seen("upload ended"));
}

TEST_F(RestServer, StreamsEventsAndTheirEnd) {
  const auto reply = Get("/v1/operations/3/events", {{"Last-Event-ID", "41"}});
  EXPECT_EQ(reply.headers.Get("Content-Type"), "text/event-stream");
  EXPECT_TRUE(reply.body.starts_with("id: 1\nevent: log\ndata: {\"cursor\":\"1\"")) << reply.body;
  EXPECT_TRUE(reply.body.ends_with("event: end\ndata: {}\n\n"));
  EXPECT_TRUE(notes_.Seen("after 41"));
  const auto lines = Get("/v1/operations/3/events", {{"Accept", "application/x-ndjson"}});
  EXPECT_EQ(Split(lines.body, '\n').size(), 4U) << lines.body;
}

TEST_F(RestServer, FollowsThePaceOfASlowReaderAndLosesNothing) {
  rpc::HttpCall call;
  call.target = "/v1/operations/long/events";
  call.headers = {{"Accept", "application/x-ndjson"}};
  call.deadline = rpc::kNever;
  std::size_t lines = 0;
  std::size_t pauses = 0;
  const auto reply = client_->Stream(call, [&](int, std::string_view piece) -> Status {
    lines += static_cast<std::size_t>(std::count(piece.begin(), piece.end(), '\n'));
    if (++pauses % 50 == 0) std::this_thread::sleep_for(Millis(5));
    return Ok();
  });
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(lines, 2'000U);
}

TEST_F(RestServer, BreaksAStreamWhoseHandlerDoesNotWaitForTheClient) {
  rpc::HttpCall call;
  call.target = "/v1/operations/flood/events";
  const auto reply = client_->Stream(call, [&](int, std::string_view) -> Status {
    std::this_thread::sleep_for(Millis(1));
    return Ok();
  });
  EXPECT_FALSE(reply.ok());
  EXPECT_TRUE(notes_.Await("flood refused"));
}

TEST_F(RestServer, TellsTheHandlerThatAWatchingClientLeft) {
  rpc::HttpCall call;
  call.target = "/v1/operations/endless/events";
  call.deadline = rpc::kNever;
  std::size_t bytes = 0;
  const auto reply = client_->Stream(call, [&](int, std::string_view piece) -> Status {
    bytes += piece.size();
    if (bytes > 100'000) return Error{Code::kCancelled, "watch", "enough", {}, ""};
    return Ok();
  });
  EXPECT_FALSE(reply.ok());
  EXPECT_TRUE(notes_.Await("watch lost its client"));
  EXPECT_TRUE(notes_.Await("watch cancelled"));
}

TEST_F(RestServer, StopsWithAStreamOpenAndSaysSo) {
  auto watching = std::async(std::launch::async, [this] { return Get("/v1/operations/quiet/events"); });
  ASSERT_TRUE(notes_.Await("watch quiet"));
  std::this_thread::sleep_for(Millis(800));  // until the head has gone out
  const auto began = std::chrono::steady_clock::now();
  server_->Stop(Millis(2'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, Millis(1'500));
  const auto reply = watching.get();
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.body.find("event: error\ndata: {\"type\": \"urn:edm:problem:unavailable\""),
            std::string::npos)
      << reply.body;
  EXPECT_TRUE(notes_.Await("watch cancelled"));
}

TEST_F(RestServer, RefusesAnUploadWithoutATokenBeforeItsBody) {
  rpc::HttpClientOptions options;
  options.url = "http://" + server_->addresses()[0];
  rpc::HttpClient stranger(options);
  rpc::HttpCall call;
  call.method = "PUT";
  call.target = "/v1/instances/shop/source";
  call.body = std::string(100'000, 'x');
  const auto reply = stranger.Call(call);
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(reply->status, 401);
}

}  // namespace
}  // namespace edm::master::rest
