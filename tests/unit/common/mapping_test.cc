#include <gtest/gtest.h>

#include <limits>

#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/failure.h"
#include "common/rpc/mapping/instance.h"
#include "common/rpc/mapping/observation.h"
#include "common/rpc/mapping/order.h"
#include "common/rpc/mapping/time.h"
#include "common/rpc/mapping/worker.h"

namespace edm::rpc {
namespace {

const std::string kCommit(40, 'a');

Order SomeOrder() {
  return {.epoch = 3,
          .instance = "shop",
          .attempt = 7,
          .operation = "op-81d0",
          .target = Target::kRunning,
          .owner = "User1",
          .project = "Generalization",
          .release = 4,
          .build = true,
          .no_cache = true,
          .source = RepoAccess{"http://m/git/u/shop.git", "edm", "secret", kCommit},
          .template_source = RepoAccess{"http://m/git/templates/node.git", "edm", "other", kCommit},
          .template_name = "node",
          .environment = {{"A", "1"}},
          .good_release = 3,
          .kept_releases = {2, 3},
          .deadline = WallTime(Millis(1'234'567)),
          .holds_address = true,
          .time_left = Millis(90'500),
          .singleton = true,
          .leave_address = true,
          .repository =
              ImageRepository{"10.0.0.10:5000", "edm/5f0c2a91/shop", "ann", "opening", "a token", "PEM"},
          .images = {{"web", "sha256:1", "sha256:d1"}}};
}

TEST(Mapping, ATimeBeyondAllYearsIsCutNotWrapped) {
  google::protobuf::Duration duration;
  duration.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_GT(FromProto(duration), Millis(0));
  duration.set_seconds(std::numeric_limits<std::int64_t>::min());
  EXPECT_LT(FromProto(duration), Millis(0));
  google::protobuf::Timestamp time;
  time.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_GT(FromProto(time), WallTime());
  EXPECT_EQ(ToProto(WallTime::max()).seconds(), 253'402'300'799) << "the end of the year 9999";
  EXPECT_EQ(ToProto(WallTime::min()).seconds(), -62'135'596'800) << "the beginning of the year 1";
}

TEST(Mapping, DataThatAWorkerDoesNotSpeakOfIsTakenToBeThere) {
  EXPECT_TRUE(FromProto(v1::Observation()).keeps_data);
  EXPECT_TRUE(FromProto(v1::AttemptEnd()).keeps_data);
  EXPECT_FALSE(FromProto(ToProto(Observation{})).keeps_data);
  EXPECT_FALSE(FromProto(ToProto(AttemptEnd{})).keeps_data);
}

TEST(Mapping, AnOrderComesBackAsItWasSent) {
  const auto sent = ToProto(SomeOrder());
  const auto back = FromProto(sent);
  ASSERT_TRUE(back.ok()) << ToString(back.error());
  EXPECT_EQ(ToProto(*back).SerializeAsString(), sent.SerializeAsString());
  EXPECT_EQ(back->source->password, "secret");
  EXPECT_EQ(back->kept_releases, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_TRUE(back->singleton);
  EXPECT_EQ(back->repository->token, "a token");
  EXPECT_EQ(back->images, SomeOrder().images);
}

TEST(Mapping, AnOrderWithoutCredentialsHoldsNoSecret) {
  const auto bytes = ToProto(WithoutCredentials(SomeOrder())).SerializeAsString();
  EXPECT_EQ(bytes.find("secret"), std::string::npos);
  for (const auto* secret : {"other", "opening", "a token"}) EXPECT_EQ(bytes.find(secret), std::string::npos);
}

TEST(Mapping, ABadOrderIsRefusedWithTheFieldNamed) {
  struct Case {
    const char* says;
    void (*spoil)(v1::Order&);
    const char* object;
  };
  const Case cases[] = {
      {"instance", [](v1::Order& o) { o.set_instance("../x"); }, ""},
      {"attempt", [](v1::Order& o) { o.set_attempt(0); }, "order for shop"},
      {"target", [](v1::Order& o) { o.set_target(v1::Order::NOTHING); }, "order for shop"},
      {"commit", [](v1::Order& o) { o.mutable_source()->set_commit("main"); }, "order.source.commit"},
      {"variable", [](v1::Order& o) { (*o.mutable_environment())["a b"] = "x"; }, ""},
      {"source", [](v1::Order& o) { o.clear_source(); }, "order for shop"},
  };
  for (const auto& one : cases) {
    auto message = ToProto(SomeOrder());
    one.spoil(message);
    const auto order = FromProto(message);
    ASSERT_FALSE(order.ok()) << one.says;
    EXPECT_EQ(order.error().code, Code::kInvalidArgument) << one.says;
    if (*one.object != '\0') {
      EXPECT_EQ(order.error().object, one.object);
    }
  }
}

TEST(Mapping, EveryKindOfEventComesBack) {
  const WallTime time(Millis(5));
  const Error error{Code::kFailedPrecondition, "web", "died", {"line"}, "mend it"};
  const Endpoint endpoint{"web", 80, "tcp", "10.0.0.1", 30001, "http://10.0.0.1:30001"};
  const ServiceStatus service{"web", "sha256:1", "running", Health::kHealthy, 2, 0, false};
  const decltype(AttemptEvent::what) kinds[] = {
      Phase::kBuilding,
      Step{"build", StepState::kDone, "web 1 s", time, time},
      BuildLine{"web", true, "RUN x"},
      Warning{"bind is lost"},
      Built{{{"web", "sha256:1", "sha256:d1"}}, kCommit, {"bind:/srv"}},
      AttemptEnd{Phase::kFailed, error, 3, 3, true, {endpoint}, {service}}};
  std::uint32_t cursor = 0;
  for (const auto& what : kinds) {
    const auto sent = ToProto(AttemptEvent{++cursor, time, what});
    const auto back = FromProto(sent);
    EXPECT_EQ(back.what.index(), what.index());
    EXPECT_EQ(ToProto(back).SerializeAsString(), sent.SerializeAsString());
  }
}

TEST(Mapping, FactsLoadAndObservationsComeBack) {
  const WorkerFacts facts{"w1", "10.0.0.1:8834", "1.2.3.4", {{"gpu", "no"}}, 2,
                          1,    "amd64",         "0.1.0",   {"20.10.24"}};
  EXPECT_EQ(ToProto(FromProto(ToProto(facts))).SerializeAsString(), ToProto(facts).SerializeAsString());
  const Load load{0.5, 0.25, 100, 50, 1000, 500, 3, 1, 40, WallTime(Millis(1999))};
  EXPECT_EQ(ToProto(FromProto(ToProto(load))).SerializeAsString(), ToProto(load).SerializeAsString());
  const Observation seen{"shop",        7,         Phase::kRunning, Health::kRestarting, 4,
                         {{"web", 80}}, {{"web"}}, "op-1"};
  EXPECT_EQ(ToProto(FromProto(ToProto(seen))).SerializeAsString(), ToProto(seen).SerializeAsString());
}

TEST(Mapping, EveryCodeSurvivesAFailure) {
  for (int code = 1; code <= 16; ++code) {
    const Error error{static_cast<Code>(code), "o", "c", {}, "h"};
    EXPECT_EQ(FromProto(ToProto(error)), error);
  }
  v1::Failure odd;
  odd.set_code("WHAT");
  EXPECT_EQ(FromProto(odd).code, Code::kUnknown);
}

TEST(Mapping, TimesBeforeTheEpochKeepTheirMilliseconds) {
  for (const auto millis : {-1'001, -1, 0, 999, 1'000'001}) {
    EXPECT_EQ(FromProto(ToProto(WallTime(Millis(millis)))), WallTime(Millis(millis)));
    EXPECT_EQ(FromProto(ToProto(Millis(millis))), Millis(millis));
  }
}

TEST(Mapping, PutsThePlacementsFiguresIntoWordsWhichStay) {
  const Reason load{.say = [](const Reason& one) { return "load " + std::to_string(one.figure > 0.5); },
                    .figure = 0.9};
  const Placement placement{
      .worker = "w1",
      .candidates = {{.worker = "w1", .feasible = true, .reasons = {load, {.about = "has cache"}}},
                     {.worker = "w2", .reasons = {{.about = "is lost"}}}},
      .refused = {{"is lost", 1}, {"lacks memory", 2}},
      .workers = 4};
  const auto message = ToProto(placement);
  EXPECT_EQ(message.reason(), "load 1, has cache");
  EXPECT_EQ(message.refusals(), "2 lack memory, 1 is lost");
  EXPECT_EQ(message.candidates(0).reasons(0), "load 1");
  EXPECT_EQ(message.candidates(1).reasons(0), "is lost");
  EXPECT_EQ(ToProto(FromProto(message)).SerializeAsString(), message.SerializeAsString());
}

}  // namespace
}  // namespace edm::rpc
