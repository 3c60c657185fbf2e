#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/adapters/system/thread_pool.h"
#include "common/rpc/mapping/order.h"
#include "edm/v1/worker_service.pb.h"
#include "tests/fakes/worker/fake_disks.h"
#include "tests/unit/worker/runner_fixture.h"
#include "worker/api/agent_service.h"

namespace edm::worker {
namespace {

// A call as a transport would make it: takes what is sent, and leaves when told. Any thread.
class FakeCall final : public rpc::ServerCall {
 public:
  const rpc::Caller& caller() const override { return caller_; }
  SteadyTime deadline() const override { return SteadyTime::max(); }
  void Send(const google::protobuf::Message& message, std::function<void(bool)> on_sent) override {
    {
      const std::lock_guard lock(mutex_);
      sent_.emplace_back(message.New());
      sent_.back()->CopyFrom(message);
      changed_.notify_all();
    }
    if (on_sent) on_sent(true);
  }
  void Finish(Status status) override {
    std::function<void()> dropped;
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(ended_) << "finished twice";
    ended_ = std::move(status);
    dropped.swap(on_cancel_);
    changed_.notify_all();
  }
  void Read(std::function<void(const google::protobuf::Message*)> on_message) override {
    std::unique_ptr<google::protobuf::Message> next;
    {
      const std::lock_guard lock(mutex_);
      if (!to_read_.empty()) {
        next = std::move(to_read_.front());
        to_read_.erase(to_read_.begin());
      }
    }
    on_message(next.get());
  }
  void OnCancel(std::function<void()> on_cancel) override {
    const std::lock_guard lock(mutex_);
    on_cancel_ = std::move(on_cancel);
  }

  void GiveToRead(std::unique_ptr<google::protobuf::Message> message) {
    to_read_.push_back(std::move(message));
  }
  void Leave() {
    std::function<void()> callback;
    {
      const std::lock_guard lock(mutex_);
      callback.swap(on_cancel_);
    }
    if (callback) callback();
  }
  Status AwaitEnd() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, Seconds(5), [&] { return ended_.has_value(); })) {
      return Error{Code::kDeadlineExceeded, "call", "not finished in 5 s"};
    }
    return *ended_;
  }
  bool AwaitSent(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, Seconds(5), [&] { return sent_.size() >= count; });
  }
  template <class Message>
  std::vector<Message> Sent() {
    const std::lock_guard lock(mutex_);
    std::vector<Message> messages;
    for (const auto& one : sent_) messages.push_back(static_cast<const Message&>(*one));
    return messages;
  }

 private:
  const rpc::Caller caller_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<google::protobuf::Message>> sent_;
  std::vector<std::unique_ptr<google::protobuf::Message>> to_read_;
  std::optional<Status> ended_;
  std::function<void()> on_cancel_;
};

class ScriptedUsage final : public UsageProbe {
 public:
  Result<std::vector<InstanceUsage>> Sample(const std::string& instance) override {
    asked.push_back(instance);
    return answer;
  }
  std::vector<std::string> asked;
  Result<std::vector<InstanceUsage>> answer = std::vector<InstanceUsage>{};
};

class Agent : public RunnerFixture {
 protected:
  Agent() { RegisterAgent(table_, {*runner_, events_, runtime_, files_, usage_, disk_, pool_, pool_}); }

  ScriptedUsage usage_;
  FakeDiskAccount disk_;

  template <class Request>
  std::shared_ptr<FakeCall> Call(const std::string& name, const Request& request,
                                 std::shared_ptr<FakeCall> call = std::make_shared<FakeCall>()) {
    table_.Find("/edm.v1.WorkerAgent/" + name)->handler(call, request);
    return call;
  }
  std::shared_ptr<FakeCall> Assign(const Order& order, std::uint32_t after = 0) {
    v1::AssignRequest request;
    *request.mutable_order() = rpc::ToProto(order);
    request.set_after_cursor(after);
    return Call("Assign", request);
  }

  rpc::MethodTable table_;
  ThreadPool pool_{{"agent", 3, 64}};
};

TEST_F(Agent, ServesEveryMethodOfTheService) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("edm.v1.WorkerAgent");
  EXPECT_TRUE(table_.Missing(*service).empty());
}

TEST_F(Agent, TellsWhoUsesItsDisks) {
  disk_.disk.uses.push_back({"images", 2, 5'000, 1});
  disk_.disk.instances.push_back({"shop", {{"volumes", 1, std::nullopt, std::nullopt}}});
  disk_.disk.failure = Error{Code::kDeadlineExceeded, "engine", "too slow"};
  const auto call = Call("GetDisk", v1::GetDiskRequest());
  ASSERT_TRUE(call->AwaitEnd().ok());
  const auto told = call->Sent<v1::MachineDisk>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].uses(0).size_kib(), 5U);  // rounded up
  EXPECT_EQ(told[0].uses(0).shared_kib(), 1U);
  EXPECT_FALSE(told[0].instances(0).uses(0).has_size_kib());
  EXPECT_EQ(told[0].failure().cause(), "too slow");
}

TEST_F(Agent, AnOrderIsStreamedFromItsFirstEventToItsLast) {
  const auto call = Assign(Deploy(1, 1));
  while (!HasEnded(1)) {
    executor_->RunAll();
    std::this_thread::yield();
  }
  ASSERT_TRUE(call->AwaitEnd().ok());
  const auto events = call->Sent<v1::AttemptEvent>();
  ASSERT_EQ(events.size(), Events(1).size());
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].cursor(), i + 1);
  EXPECT_EQ(events.back().end().phase(), v1::Phase::RUNNING);
}

TEST_F(Agent, AnyCutStreamGoesOnWithoutHoleOrRepeat) {
  Run(Deploy(1, 1));
  const auto all = static_cast<std::uint32_t>(Events(1).size());
  for (std::uint32_t after = 0; after < all; ++after) {
    const auto call = Assign(Deploy(1, 1), after);
    ASSERT_TRUE(call->AwaitEnd().ok());
    const auto events = call->Sent<v1::AttemptEvent>();
    ASSERT_EQ(events.size(), all - after);
    EXPECT_EQ(events.front().cursor(), after + 1);
  }
}

TEST_F(Agent, ABrokenStreamCancelsNothing) {
  const auto call = Assign(Deploy(1, 1));
  // The comparison with what runs tells nothing; what comes after it does.
  for (int effect = 0; effect < 2; ++effect) {
    while (!executor_->RunOne()) std::this_thread::yield();
  }
  ASSERT_TRUE(call->AwaitSent(1));
  call->Leave();
  EXPECT_EQ(call->AwaitEnd().error().code, Code::kCancelled);
  executor_->RunAll();
  EXPECT_EQ(EndOf(1).phase, Phase::kRunning);
}

TEST_F(Agent, ACancelledOrderEndsAsSuch) {
  const auto call = Assign(Deploy(1, 1));
  while (!executor_->RunOne()) std::this_thread::yield();
  v1::CancelAttemptRequest request;
  request.set_epoch(1);
  request.set_instance("shop");
  request.set_attempt(1);
  request.set_reason("asked");
  ASSERT_TRUE(Call("CancelAttempt", request)->AwaitEnd().ok());
  executor_->RunAll();
  ASSERT_TRUE(call->AwaitEnd().ok());
  EXPECT_EQ(call->Sent<v1::AttemptEvent>().back().end().failure().cause(), "asked");
}

TEST_F(Agent, ABadOrderAndAnOldEpochAreRefused) {
  auto order = Deploy(1, 1);
  order.instance = "../x";
  EXPECT_EQ(Assign(order)->AwaitEnd().error().code, Code::kInvalidArgument);
  order = Deploy(2, 1);
  order.epoch = 5;
  Assign(order);
  while (executor_->RunAll() == 0) std::this_thread::yield();
  EXPECT_EQ(Assign(Deploy(3, 1))->AwaitEnd().error().code, Code::kFailedPrecondition);
}

TEST_F(Agent, LogsAreStreamedPerService) {
  Run(Deploy(1, 1));
  runtime_.Prints("web", {"one", "two", "three"});
  v1::StreamLogsRequest request;
  request.set_id("shop");
  request.add_services("web");
  request.set_tail(2);
  const auto call = Call("StreamLogs", request);
  ASSERT_TRUE(call->AwaitEnd().ok());
  std::vector<std::string> texts;
  for (const auto& message : call->Sent<v1::LogLines>()) {
    for (const auto& line : message.lines()) texts.push_back(line.text());
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"two", "three"}));
}

TEST_F(Agent, ACommandGetsItsInputAndItsExitCodeComesLast) {
  Run(Deploy(1, 1));
  v1::ExecInput first;
  first.mutable_start()->set_id("shop");
  first.mutable_start()->set_service("web");
  first.mutable_start()->add_argv("cat");
  const auto call = std::make_shared<FakeCall>();
  auto input = std::make_unique<v1::ExecInput>();
  input->set_input("hello");
  call->GiveToRead(std::move(input));
  Call("Exec", first, call);
  ASSERT_TRUE(call->AwaitEnd().ok());
  const auto output = call->Sent<v1::ExecOutput>();
  ASSERT_EQ(output.size(), 2u);
  EXPECT_EQ(output[0].output(), "hello");
  EXPECT_EQ(output[1].what_case(), v1::ExecOutput::kExitCode);
}

TEST_F(Agent, TheFootprintNamesWhatIsThere) {
  Run(Deploy(1, 1));
  v1::GetFootprintRequest request;
  request.set_id("shop");
  const auto call = Call("GetFootprint", request);
  ASSERT_TRUE(call->AwaitEnd().ok());
  const auto footprint = call->Sent<v1::Footprint>().at(0);
  EXPECT_EQ(footprint.containers_size(), 2);
  EXPECT_EQ(footprint.networks_size(), 1);
  EXPECT_EQ(footprint.images_size(), 1);
  EXPECT_EQ(footprint.releases(), 1u);
}

TEST_F(Agent, UsageIsThatOfTheProbeForTheInstanceThatIsAskedFor) {
  usage_.answer = std::vector<InstanceUsage>{
      {"shop", "", {{.service = "web", .container = "shop.web.1", .cpu = 0.5, .memory_kib = 2'048}}}};
  v1::GetUsageRequest request;
  request.set_instance("shop");
  const auto call = Call("GetUsage", request);
  ASSERT_TRUE(call->AwaitEnd().ok());
  const auto response = call->Sent<v1::GetUsageResponse>().at(0);
  EXPECT_EQ(usage_.asked, std::vector<std::string>{"shop"});
  ASSERT_EQ(response.usages_size(), 1);
  EXPECT_EQ(response.usages(0).containers(0).memory_kib(), 2'048);
}

TEST_F(Agent, UsageOfWhatIsNoInstanceIsRefusedAndATroubleIsPassedOn) {
  v1::GetUsageRequest request;
  request.set_instance("../etc");
  EXPECT_EQ(Call("GetUsage", request)->AwaitEnd().error().code, Code::kInvalidArgument);
  EXPECT_TRUE(usage_.asked.empty());
  usage_.answer = Error{Code::kUnavailable, "container engine", "it is away"};
  EXPECT_EQ(Call("GetUsage", v1::GetUsageRequest())->AwaitEnd().error().code, Code::kUnavailable);
  EXPECT_EQ(usage_.asked, std::vector<std::string>{""});
}

TEST_F(Agent, TheFootprintSaysHowLargeVolumesAreWhereTheEngineTells) {
  ASSERT_TRUE(
      runtime_.Up({.instance = "shop", .compose_json = R"({"services":{},"volumes":{"data":{}}})"}, {}, {})
          .ok());
  v1::GetFootprintRequest request;
  request.set_id("shop");
  auto call = Call("GetFootprint", request);
  ASSERT_TRUE(call->AwaitEnd().ok());
  auto volumes = call->Sent<v1::Footprint>().at(0).volumes();
  ASSERT_EQ(volumes.size(), 1);
  EXPECT_EQ(volumes[0].size_kib(), 4u);
  runtime_.Fail("VolumeSizes", {Code::kDeadlineExceeded, "volumes", "too slow"});
  call = Call("GetFootprint", request);
  ASSERT_TRUE(call->AwaitEnd().ok());
  volumes = call->Sent<v1::Footprint>().at(0).volumes();
  ASSERT_EQ(volumes.size(), 1) << "it is named all the same";
  EXPECT_FALSE(volumes[0].has_size_kib());
}

}  // namespace
}  // namespace edm::worker
