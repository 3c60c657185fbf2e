#include <gtest/gtest.h>

#include "edm/v1/http.pb.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/rest/event_text.h"
#include "master/api/rest/fields.h"
#include "master/api/rest/json.h"
#include "master/api/rest/json_memo.h"
#include "master/api/rest/request_reader.h"
#include "tests/unit/master/rest_routes.h"

namespace edm::master::rest {
namespace {

class Routes : public testing::Test {
 protected:
  Routes() { ServeEveryMethod(table_); }
  std::string Found(const char* verb, const char* path) {
    const RouteTable routes(table_);
    const auto found = routes.Find(verb, path);
    if (const auto* miss = std::get_if<RouteTable::Miss>(&found)) {
      return std::to_string(miss->status) + " " + miss->allow + "|" + miss->error.hint;
    }
    const auto& match = std::get<RouteTable::Match>(found);
    std::string text = match.route->rpc().name();
    for (const auto& [name, value] : match.variables) text += " " + name + "=" + value;
    return text;
  }
  rpc::MethodTable table_;
};

TEST_F(Routes, AreTheAnnotatedMethodsAndNoOthers) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("edm.v1.Master");
  std::size_t annotated = 0;
  for (int i = 0; i < service->method_count(); ++i) {
    if (service->method(i)->options().HasExtension(v1::http)) ++annotated;
  }
  EXPECT_EQ(RouteTable(table_).routes().size(), annotated);
  EXPECT_GT(annotated, 30U);
}

TEST_F(Routes, AreFoundByVerbAndPath) {
  const struct {
    const char* verb;
    const char* path;
    const char* expected;
  } kCases[] = {
      {"GET", "/v1/instances/shop", "GetInstance id=shop"},
      {"GET", "/v1/instances/", "ListInstances"},
      {"HEAD", "/v1/instances/shop", "GetInstance id=shop"},
      {"PUT", "/v1/instances/shop/source", "UploadSource id=shop"},
      {"POST", "/v1/instances/shop/source", "SetSource id=shop"},
      {"GET", "/v1/operations/op-1/events", "WatchOperation id=op-1"},
      {"GET", "/v1/instances/a%2Fb", "GetInstance id=a/b"},
      {"GET", "/v1/instance/shop", "404 |did you mean /v1/instances/shop?"},
      {"GET", "/v1/instances/shop/log", "404 |did you mean /v1/instances/shop/logs?"},
      {"GET", "/nothing/like/it", "404 |/openapi.json lists what there is"},
      {"POST", "/v1/instances/shop",
       "405 GET, HEAD, PATCH, DELETE, OPTIONS|it has GET, HEAD, PATCH, DELETE, OPTIONS"},
      {"HEAD", "/v1/events", "405 GET, OPTIONS|it has GET, OPTIONS"},
      {"GET", "/v1/instances/%zz", "400 |encode names in it"},
      {"GET", "/v1/instances/%FF", "400 |encode names in it"},
      {"GET", "/v1//shop", "404 |/openapi.json lists what there is"},
  };
  for (const auto& one : kCases) {
    const auto found = Found(one.verb, one.path);
    if (std::string_view(one.expected).starts_with("405")) {
      EXPECT_TRUE(found.starts_with("405 ")) << found;
      continue;
    }
    EXPECT_EQ(found, one.expected) << one.verb << " " << one.path;
  }
  EXPECT_EQ(Found("HEAD", "/v1/events"), "405 GET, OPTIONS|it has GET, OPTIONS");
}

TEST(RestFields, TakeTextsOfEachKind) {
  v1::UploadSourceRequest upload;
  EXPECT_TRUE(SetFromText(upload, "until", "built").ok());
  EXPECT_EQ(upload.until(), v1::Until::BUILT);
  EXPECT_TRUE(SetFromText(upload, "create", "").ok());
  EXPECT_TRUE(upload.create());
  EXPECT_TRUE(SetFromText(upload, "timeout", "5m").ok());
  EXPECT_EQ(upload.timeout().seconds(), 300);
  v1::StreamLogsRequest logs;
  EXPECT_TRUE(SetFromText(logs, "since", "2026-11-21T06:18:00Z").ok());
  EXPECT_TRUE(SetFromText(logs, "tail", "0").ok());
  EXPECT_TRUE(logs.has_tail());
  EXPECT_TRUE(SetFromText(logs, "services", "a").ok());
  EXPECT_TRUE(SetFromText(logs, "services", "b").ok());
  EXPECT_EQ(logs.services_size(), 2);
  v1::CreateInstanceRequest create;
  EXPECT_TRUE(SetFromText(create, "spec.memory_mib", "64").ok());
  EXPECT_EQ(create.spec().memory_mib(), 64U);
}

#ifndef __SANITIZE_THREAD__  // protobuf's headers lay a map out otherwise then than its library, built
                             // without, does
TEST(RestFields, TakeEntriesOfMaps) {
  v1::CreateInstanceRequest create;
  EXPECT_TRUE(SetFromText(create, "annotations[team]", "blue").ok());
  EXPECT_EQ(create.annotations().at("team"), "blue");
}
#endif

TEST(RestFields, SayWhatIsWrongAndWhatWasMeant) {
  const struct {
    const char* name;
    const char* value;
    const char* hint;
  } kCases[] = {
      {"untill", "BUILT", "did you mean until?"},
      {"until", "BUIL", "did you mean BUILT?"},
      {"create", "perhaps", "/openapi.json describes what it takes"},
      {"timeout", "long", "write it like 1500ms, 60s, 5m, 2h or 30d"},
      {"id.x", "y", "/openapi.json describes what it takes"},
      {"message", "\xFF", "/openapi.json describes what it takes"},
  };
  for (const auto& one : kCases) {
    v1::UploadSourceRequest upload;
    const auto status = SetFromText(upload, one.name, one.value);
    ASSERT_FALSE(status.ok()) << one.name;
    EXPECT_EQ(status.error().code, Code::kInvalidArgument);
    EXPECT_EQ(status.error().hint, one.hint) << one.name;
  }
  v1::StreamLogsRequest logs;
  EXPECT_FALSE(SetFromText(logs, "tail", "-1").ok());
  EXPECT_FALSE(SetFromText(logs, "tail", "4294967296").ok());
  EXPECT_FALSE(SetFromText(logs, "since", "yesterday").ok());
}

TEST(RestJson, PrintsZeroValuesInSnakeCaseWithoutPrefixes) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.set_kind(v1::Operation::DEPLOY);
  const auto json = ToJson(operation, false);
  EXPECT_NE(json.find("\"kind\":\"DEPLOY\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"restored_release\":0"), std::string::npos) << json;
  EXPECT_NE(json.find("\"warnings\":[]"), std::string::npos) << json;
}

TEST(RestJson, RefusesWhatItDoesNotKnowAndSaysWhere) {
  const struct {
    const char* text;
    const char* object;
    const char* hint;
  } kCases[] = {
      {R"({"owner":"a","projct":"b"})", "body.projct", "did you mean project?"},
      {R"({"spec":{"memory_mb":5}})", "body.spec.memory_mb", "did you mean memory_mib?"},
      {R"({"owner":"a","owner":"b"})", "body.owner", "keep one of them"},
      {R"([1])", "body", "/openapi.json describes what it takes"},
      {R"({"owner":)", "body", "send one JSON object"},
      {R"({"annotations":[]})", "body.annotations", "/openapi.json describes what it takes"},
      {R"({"spec":7})", "body.spec", "/openapi.json describes what it takes"},
  };
  for (const auto& one : kCases) {
    v1::CreateInstanceRequest request;
    const auto status = FromJson(one.text, request);
    ASSERT_FALSE(status.ok()) << one.text;
    EXPECT_EQ(status.error().object, one.object);
    EXPECT_EQ(status.error().hint, one.hint) << one.text;
  }
  v1::CreateInstanceRequest request;
  EXPECT_FALSE(FromJson(R"({"owner":7})", request).ok());
  EXPECT_FALSE(FromJson("{\"owner\":\"\xFF\"}", request).ok());
  EXPECT_FALSE(FromJson(std::string(5'000, '[') + std::string(5'000, ']'), request).ok());
}

TEST(RestJson, TakesWhatItPrints) {
  v1::CreateInstanceRequest request;
  request.set_owner("Ada");
  request.mutable_spec()->mutable_environment()->insert({"A", "b\"c"});
  v1::CreateInstanceRequest back;
  ASSERT_TRUE(FromJson(ToJson(request, true), back).ok());
  EXPECT_EQ(ToJson(back, false), ToJson(request, false));
  EXPECT_TRUE(FromJson("", back).ok());
}

TEST(RestEvents, CarryCursorKindAndEnd) {
  v1::OperationEvent event;
  event.set_cursor("7");
  event.set_warning("w");
  const auto text = EventText(StreamForm::kEvents, event);
  EXPECT_TRUE(text.starts_with("id: 7\nevent: warning\ndata: {")) << text;
  EXPECT_TRUE(text.ends_with("}\n\n"));
  v1::ClusterEvent happened;
  happened.set_kind("worker.lost");
  EXPECT_NE(EventText(StreamForm::kEvents, happened).find("event: worker.lost\n"), std::string::npos);
  EXPECT_EQ(EndText(StreamForm::kEvents, Ok()), "event: end\ndata: {}\n\n");
  const Error error{Code::kUnavailable, "worker w1", "it is lost", {}, ""};
  EXPECT_TRUE(EndText(StreamForm::kLines, error)
                  .starts_with("{\"error\":{\"type\": \"urn:edm:problem:unavailable\""));
}

TEST(RestEvents, AreTheDefaultWhereAStreamCanBeResumed) {
  EXPECT_EQ(FormFor("*/*", *v1::OperationEvent::descriptor()), StreamForm::kEvents);
  EXPECT_EQ(FormFor("*/*", *v1::LogLine::descriptor()), StreamForm::kLines);
  EXPECT_EQ(FormFor("text/event-stream", *v1::LogLine::descriptor()), StreamForm::kEvents);
  EXPECT_EQ(FormFor("application/x-ndjson", *v1::OperationEvent::descriptor()), StreamForm::kLines);
}

TEST(JsonMemo, ShowsWhatTheMappingMakesWhateverWasShownBefore) {
  JsonMemo memo;
  v1::Instance instance;
  // More than it keeps, twice: each text is that of its own message.
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 3 * JsonMemo::kEntriesMax; ++i) {
      instance.set_id("i" + std::to_string(i));
      EXPECT_EQ(memo.Show(instance), ToJson(instance, true));
    }
  }
  v1::Worker worker;  // the same bytes as another type
  worker.set_id("i1");
  instance.Clear();
  instance.set_id("i1");
  EXPECT_EQ(memo.Show(instance), ToJson(instance, true));
  EXPECT_EQ(memo.Show(worker), ToJson(worker, true));
  instance.set_description(std::string(2 * JsonMemo::kMessageBytesMax, 'x'));
  EXPECT_EQ(memo.Show(instance), ToJson(instance, true));
}

}  // namespace
}  // namespace edm::master::rest
