#include "master/api/services/log_relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edm/v1/master_service.pb.h"
#include "tests/fakes/master/fake_worker_channel.h"

namespace edm::master {
namespace {

class FakeCall final : public rpc::ServerCall {
 public:
  const rpc::Caller& caller() const override { return caller_; }
  SteadyTime deadline() const override { return SteadyTime::max(); }
  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override {
    const auto& line = dynamic_cast<const v1::LogLine&>(message);
    said.push_back(line.member() + ": " + line.text());
    if (on_sent) on_sent(true);
  }
  void Finish(Status status) override {
    if (!ended) ended = std::move(status);
    on_cancel_ = nullptr;
  }
  void Read(std::function<void(const google::protobuf::Message*)>) override {}
  void OnCancel(std::function<void()> on_cancel) override { on_cancel_ = std::move(on_cancel); }

  void Leave() { std::exchange(on_cancel_, nullptr)(); }

  std::vector<std::string> said;
  std::optional<Status> ended;

 private:
  rpc::Caller caller_;
  std::function<void()> on_cancel_;
};

// Workers that speak when the test says so.
class Workers final : public FakeWorkerChannel {
 public:
  struct Stream {
    std::string worker, instance;
    std::function<void(std::vector<LogRecord>)> on_next;
    std::function<void(Status)> on_end;
    int asked = 1;
    bool dropped = false;
  };

  std::unique_ptr<WorkerStream> StreamLogs(const WorkerAddress& worker, const LogQuery& query,
                                           std::function<void(std::vector<LogRecord>)> on_next,
                                           std::function<void(Status)> on_end) override {
    auto& stream = *streams.emplace_back(std::make_unique<Stream>(
        Stream{worker.worker, query.instance, std::move(on_next), std::move(on_end)}));
    return std::make_unique<Held>(stream);
  }

  std::vector<std::unique_ptr<Stream>> streams;

 private:
  class Held final : public WorkerStream {
   public:
    explicit Held(Stream& stream) : stream_(stream) {}
    ~Held() override { stream_.dropped = true; }
    void Next() override { ++stream_.asked; }
    void Write(ExecInput, std::function<void(bool)>) override {}

   private:
    Stream& stream_;
  };
};

std::vector<LogRecord> Lines(const std::vector<std::string>& texts) {
  std::vector<LogRecord> lines;
  for (const auto& text : texts) lines.push_back({.service = "web", .text = text});
  return lines;
}

struct Relayed : testing::Test {
  void Begin(const std::vector<std::string>& members, std::optional<Error> gap = {}) {
    std::vector<LogRelay::Origin> origins;
    for (const auto& member : members) {
      LogQuery query;
      query.instance = member;
      origins.push_back({{"w" + std::to_string(origins.size() + 1), ""}, query, member});
    }
    std::make_shared<LogRelay>(call, std::move(origins))->Begin(workers, std::move(gap));
  }

  Workers workers;
  std::shared_ptr<FakeCall> call = std::make_shared<FakeCall>();
};

TEST_F(Relayed, LinesOfAllMembersAreMarkedAndEndTogether) {
  Begin({"shop_1", "shop_2"});
  ASSERT_EQ(workers.streams.size(), 2U);
  EXPECT_EQ(workers.streams[1]->instance, "shop_2");
  EXPECT_EQ(workers.streams[1]->worker, "w2");
  workers.streams[1]->on_next(Lines({"b1", "b2"}));
  workers.streams[0]->on_next(Lines({"a1"}));
  EXPECT_THAT(call->said, testing::ElementsAre("shop_2: b1", "shop_2: b2", "shop_1: a1"));
  EXPECT_EQ(workers.streams[0]->asked, 2);
  EXPECT_EQ(workers.streams[1]->asked, 2);
  workers.streams[0]->on_end(Ok());
  EXPECT_FALSE(call->ended) << "the other one goes on";
  workers.streams[1]->on_end(Ok());
  ASSERT_TRUE(call->ended);
  EXPECT_TRUE(call->ended->ok());
}

TEST_F(Relayed, AFailureOfOneMemberIsToldOnceTheOthersHaveEnded) {
  Begin({"shop_1", "shop_2"});
  workers.streams[0]->on_end(Error{Code::kUnavailable, "worker w1", "it is away", {}, ""});
  EXPECT_FALSE(call->ended);
  workers.streams[1]->on_next(Lines({"b"}));
  EXPECT_THAT(call->said, testing::ElementsAre("shop_2: b"));
  workers.streams[1]->on_end(Ok());
  ASSERT_TRUE(call->ended);
  EXPECT_EQ(call->ended->error().object, "worker w1");
}

TEST_F(Relayed, AGapThatWasThereBeforeIsToldAtTheEnd) {
  Begin({"shop_1"}, Error{Code::kUnavailable, "worker w9", "it is away", {}, ""});
  workers.streams[0]->on_end(Ok());
  ASSERT_TRUE(call->ended);
  EXPECT_EQ(call->ended->error().object, "worker w9");
}

TEST_F(Relayed, StreamsEndWithTheirClient) {
  Begin({"shop_1", "shop_2"});
  call->Leave();
  for (const auto& stream : workers.streams) EXPECT_TRUE(stream->dropped);
  ASSERT_TRUE(call->ended);
  EXPECT_EQ(call->ended->error().code, Code::kCancelled);
}

}  // namespace
}  // namespace edm::master
