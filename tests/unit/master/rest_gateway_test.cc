#include <gtest/gtest.h>

#include <thread>

#include "edm/v1/master_service.pb.h"
#include "master/api/rest/gateway.h"
#include "tests/unit/master/rest_exchange.h"
#include "tests/unit/master/rest_routes.h"

namespace edm::master::rest {
namespace {

using rpc::Caller;

Result<Caller> KnowsAda(const rpc::Credentials& credentials) {
  if (credentials.bearer == "secret-of-ada") return Caller{Caller::Kind::kPerson, "ada", "t1"};
  return Error{Code::kUnauthenticated, "token", "it is not known", {}, ""};
}

class RestGateway : public testing::Test {
 protected:
  using Call = std::shared_ptr<rpc::ServerCall>;

  RestGateway() {
    ServeEveryMethod(table_);
    table_.On<v1::StopInstanceRequest>("edm.v1.Master/StopInstance", [this](Call call, const auto& request) {
      stop_ = request;
      v1::Operation operation;
      operation.set_id("op-1");
      operation.set_state(v1::Operation::RUNNING);
      call->Send(operation);
      call->Finish(Ok());
    });
    table_.On<v1::WaitOperationRequest>("edm.v1.Master/WaitOperation",
                                        [this](Call call, const auto& request) {
                                          wait_ = request;
                                          waiting_ = std::move(call);
                                        });
    table_.On<v1::UploadSourceRequest>("edm.v1.Master/UploadSource", [this](Call call, const auto& request) {
      upload_ = request;
      call->OnCancel([this] { cancelled_ = true; });
      ReadAllOf(call);
    });
    table_.On<v1::WatchOperationRequest>("edm.v1.Master/WatchOperation",
                                         [this](Call call, const auto& request) {
                                           watch_ = request;
                                           call->OnCancel([this] { cancelled_ = true; });
                                           watching_ = std::move(call);
                                         });
    table_.On<v1::UpdateInstanceRequest>(
        "edm.v1.Master/UpdateInstance", [this](Call call, const auto& request) {
          update_ = request;
          call->Finish(Error{Code::kAborted, "instance shop", "its revision is 8", {}, "read it again"});
        });
    table_.On<v1::GetInstanceRequest>("edm.v1.Master/GetInstance", [](Call call, const auto& request) {
      if (request.id() == "drop") return;
      v1::Instance instance;
      instance.set_id(request.id());
      instance.set_revision("7");
      call->Send(instance);
      call->Finish(Ok());
    });
  }

  void ReadAllOf(const Call& call) {
    call->Read([this, call](const google::protobuf::Message* message) {
      if (message != nullptr) {
        pieces_.push_back(static_cast<const v1::UploadSourceRequest*>(message)->data().size());
        return ReadAllOf(call);
      }
      v1::Operation operation;
      operation.set_id("op-2");
      operation.set_state(v1::Operation::DONE);
      call->Send(operation);
      call->Finish(Ok());
    });
  }

  std::shared_ptr<MemoryExchange> Ask(std::string verb, const std::string& target, std::string body = {}) {
    return Ask(std::make_shared<MemoryExchange>(std::move(verb), target, std::move(body)));
  }
  std::shared_ptr<MemoryExchange> Ask(std::shared_ptr<MemoryExchange> exchange) {
    if (!gateway_) gateway_ = std::make_unique<Gateway>(table_, KnowsAda, "1");
    gateway_->Handle(exchange);
    return exchange;
  }

  rpc::MethodTable table_;
  std::unique_ptr<Gateway> gateway_;
  v1::StopInstanceRequest stop_;
  v1::WaitOperationRequest wait_;
  v1::UploadSourceRequest upload_;
  v1::WatchOperationRequest watch_;
  v1::UpdateInstanceRequest update_;
  std::vector<std::size_t> pieces_;
  Call waiting_;
  Call watching_;
  bool cancelled_ = false;
};

TEST_F(RestGateway, AnswersWithTheRevisionAsETagAndNothingWhenItIsKnown) {
  const auto got = Ask("GET", "/v1/instances/shop");
  ASSERT_TRUE(got->answer);
  EXPECT_EQ(got->answer->status, 200);
  EXPECT_EQ(got->answer->headers.Get("ETag"), "\"7\"");
  EXPECT_NE(got->answer->body.find("\"id\": \"shop\""), std::string::npos);
  auto again = std::make_shared<MemoryExchange>("GET", "/v1/instances/shop");
  again->headers().Set("If-None-Match", "\"7\"");
  EXPECT_EQ(Ask(again)->answer->status, 304);
}

TEST_F(RestGateway, RefusesWithoutATokenAndTakesItAsAPassword) {
  auto none = std::make_shared<MemoryExchange>("GET", "/v1/instances/shop");
  none->headers().Remove("Authorization");
  Ask(none);
  EXPECT_EQ(none->answer->status, 401);
  EXPECT_EQ(none->answer->headers.Get("WWW-Authenticate"), "Bearer realm=\"edm\"");
  EXPECT_EQ(none->answer->headers.Get("Content-Type"), "application/problem+json");
  auto basic = std::make_shared<MemoryExchange>("GET", "/v1/instances/shop");
  basic->headers().Set("Authorization", "Basic YWRhOnNlY3JldC1vZi1hZGE=");
  EXPECT_EQ(Ask(basic)->answer->status, 200);
}

TEST_F(RestGateway, AnswersAcceptedWithLocationWhereWorkGoesOn) {
  auto exchange = std::make_shared<MemoryExchange>("POST", "/v1/instances/shop/stop?timeout=5s", "{}");
  exchange->headers().Set("Idempotency-Key", "k1");
  Ask(exchange);
  EXPECT_EQ(exchange->answer->status, 202);
  EXPECT_EQ(exchange->answer->headers.Get("Location"), "/v1/operations/op-1");
  EXPECT_EQ(stop_.id(), "shop");
  EXPECT_EQ(stop_.request_id(), "k1");
  EXPECT_EQ(stop_.timeout().seconds(), 5);
}

TEST_F(RestGateway, WaitsForTheEndOfTheOperation) {
  const auto exchange = Ask("POST", "/v1/instances/shop/stop?wait=60s");
  ASSERT_TRUE(waiting_);
  EXPECT_FALSE(exchange->answer);
  EXPECT_EQ(wait_.id(), "op-1");
  EXPECT_EQ(wait_.timeout().seconds(), 60);
  EXPECT_EQ(waiting_->caller().name, "ada");
  v1::Operation ended;
  ended.set_id("op-1");
  ended.set_state(v1::Operation::FAILED);
  waiting_->Send(ended);
  waiting_->Finish(Ok());
  ASSERT_TRUE(exchange->answer);
  EXPECT_EQ(exchange->answer->status, 200);
  EXPECT_NE(exchange->answer->body.find("FAILED"), std::string::npos);
}

TEST_F(RestGateway, StillAnswersTheOperationWhenWaitingFails) {
  const auto exchange = Ask("POST", "/v1/instances/shop/stop?wait=1s");
  waiting_->Finish(Error{Code::kUnavailable, "master", "it is stopping", {}, ""});
  EXPECT_EQ(exchange->answer->status, 202);
}

TEST_F(RestGateway, HandsAnUploadOnInPieces) {
  auto exchange = std::make_shared<MemoryExchange>(
      "PUT", "/v1/instances/shop/source?create=true&until=RUNNING", std::string(700 * 1024, 'x'));
  exchange->body_max = 0;
  Ask(exchange);
  EXPECT_EQ(exchange->answer->status, 200);
  EXPECT_EQ(upload_.id(), "shop");
  EXPECT_TRUE(upload_.create());
  EXPECT_EQ(upload_.until(), v1::Until::RUNNING);
  std::size_t bytes = 0;
  for (const auto size : pieces_) {
    EXPECT_LE(size, 256U * 1024);
    bytes += size;
  }
  EXPECT_EQ(bytes, 700U * 1024);
}

TEST_F(RestGateway, RefusesAFormAsAnUpload) {
  auto exchange = std::make_shared<MemoryExchange>("PUT", "/v1/instances/shop/source", "x");
  exchange->headers().Set("Content-Type", "multipart/form-data; boundary=x");
  EXPECT_EQ(Ask(exchange)->answer->status, 415);
}

TEST_F(RestGateway, RefusesABodyThatIsTooLong) {
  EXPECT_EQ(Ask("POST", "/v1/instances", std::string(2 << 20, ' '))->answer->status, 413);
}

TEST_F(RestGateway, AnswersPreconditionFailedWhenARevisionMoved) {
  auto exchange = std::make_shared<MemoryExchange>("PATCH", "/v1/instances/shop", R"({"description":"x"})");
  exchange->headers().Set("If-Match", "\"7\"");
  Ask(exchange);
  EXPECT_EQ(update_.revision(), "7");
  EXPECT_TRUE(update_.has_description());
  EXPECT_EQ(exchange->answer->status, 412);
  EXPECT_EQ(Ask("PATCH", "/v1/instances/shop", R"({"revision":"7"})")->answer->status, 409);
}

TEST_F(RestGateway, RefusesPartsOfARequestThatContradictEachOther) {
  EXPECT_EQ(Ask("POST", "/v1/instances/shop/stop", R"({"id":"other"})")->answer->status, 400);
  auto exchange =
      std::make_shared<MemoryExchange>("POST", "/v1/instances/shop/stop", R"({"request_id":"a"})");
  exchange->headers().Set("Idempotency-Key", "b");
  EXPECT_EQ(Ask(exchange)->answer->status, 400);
}

TEST_F(RestGateway, StreamsEventsAtThePaceOfTheClient) {
  auto exchange = std::make_shared<MemoryExchange>("GET", "/v1/operations/op-1/events");
  exchange->headers().Set("Last-Event-ID", "41");
  exchange->room = false;
  Ask(exchange);
  ASSERT_TRUE(watching_);
  EXPECT_EQ(watch_.after(), "41");
  v1::OperationEvent event;
  event.set_cursor("42");
  int sent = 0;
  watching_->Send(event, [&](bool ok) { sent += ok ? 1 : 100; });
  EXPECT_EQ(sent, 0);
  exchange->MakeRoom();
  EXPECT_EQ(sent, 1);
  EXPECT_EQ(exchange->head->headers.Get("Content-Type"), "text/event-stream");
  watching_->Finish(Ok());
  EXPECT_TRUE(exchange->sent().starts_with("id: 42\n")) << exchange->sent();
  EXPECT_TRUE(exchange->sent().ends_with("event: end\ndata: {}\n\n"));
  EXPECT_TRUE(exchange->finished);
}

TEST_F(RestGateway, AnswersAnErrorBeforeTheFirstEventWithItsStatus) {
  const auto exchange = Ask("GET", "/v1/operations/op-9/events");
  watching_->Finish(Error{Code::kNotFound, "operation op-9", "there is none", {}, ""});
  ASSERT_TRUE(exchange->answer);
  EXPECT_EQ(exchange->answer->status, 404);
}

TEST_F(RestGateway, SaysAnErrorAfterTheFirstEventInTheStream) {
  const auto exchange = Ask("GET", "/v1/operations/op-9/events");
  watching_->Send(v1::OperationEvent());
  watching_->Finish(Error{Code::kUnavailable, "master", "it is stopping", {}, ""});
  EXPECT_FALSE(exchange->answer);
  EXPECT_NE(exchange->sent().find("event: error\ndata: {\"type\""), std::string::npos) << exchange->sent();
}

TEST_F(RestGateway, SendsTheHeadOfAQuietStreamSoon) {
  const auto exchange = Ask("GET", "/v1/operations/op-1/events");
  for (int i = 0; i < 300 && exchange->sent().empty(); ++i) std::this_thread::sleep_for(Millis(10));
  gateway_.reset();
  EXPECT_EQ(exchange->sent(), ":\n\n");
}

TEST_F(RestGateway, TellsTheHandlerThatTheClientLeft) {
  const auto exchange = Ask("GET", "/v1/operations/op-1/events");
  exchange->Leave();
  EXPECT_TRUE(cancelled_);
  bool ok = true;
  watching_->Send(v1::OperationEvent(), [&](bool sent) { ok = sent; });
  EXPECT_FALSE(ok);
}

TEST_F(RestGateway, AnswersForAHandlerThatForgot) {
  EXPECT_EQ(Ask("GET", "/v1/instances/drop")->answer->status, 500);
}

TEST_F(RestGateway, AnswersCreatedAndNoContent) {
  EXPECT_EQ(Ask("POST", "/v1/instances", R"({"id":"a"})")->answer->status, 201);
  const auto gone = Ask("DELETE", "/v1/tokens/t1");
  EXPECT_EQ(gone->answer->status, 204);
  EXPECT_TRUE(gone->answer->body.empty());
}

TEST_F(RestGateway, TellsTheVerbsOfAPath) {
  const auto options = Ask("OPTIONS", "/v1/instances/shop/source");
  EXPECT_EQ(options->answer->status, 204);
  EXPECT_NE(options->answer->headers.Get("Allow").find("PUT"), std::string_view::npos);
  EXPECT_EQ(Ask("GET", "/openapi.json")->answer->status, 200);
  EXPECT_EQ(Ask("DELETE", "/openapi.json")->answer->status, 405);
}

}  // namespace
}  // namespace edm::master::rest
