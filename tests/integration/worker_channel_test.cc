#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "common/rpc/grpc_server.h"
#include "common/rpc/mapping/attempt.h"
#include "edm/v1/worker_service.pb.h"
#include "master/adapters/channel/grpc_worker_channel.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

using CallPointer = std::shared_ptr<rpc::ServerCall>;

const WallTime kNow = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
constexpr const char* kEnrolment = "e1";

std::optional<std::string> JoinedOnce(const std::string&) { return kEnrolment; }
constexpr int kEvents = 40;  // the last one is the end

v1::AttemptEvent EventAt(int cursor) {
  AttemptEvent event{static_cast<std::uint32_t>(cursor), WallTime(Millis(cursor)),
                     BuildLine{"web", false, "line " + std::to_string(cursor)}};
  if (cursor == kEvents) event.what = AttemptEnd{.phase = Phase::kRunning, .running_release = 1};
  return rpc::ToProto(event);
}

// A worker's side, scripted: each stream of an attempt breaks after some events.
class ScriptedAgent {
 public:
  ScriptedAgent() {
    table_.On<v1::AssignRequest>("edm.v1.WorkerAgent/Assign",
                                 [this](CallPointer call, const auto& request) { Assign(*call, request); });
    table_.On<v1::CancelAttemptRequest>(
        "edm.v1.WorkerAgent/CancelAttempt", [this](CallPointer call, const auto&) {
          if (++cancels < 2) return call->Finish(Error{Code::kUnavailable, "worker", "it is busy", {}, ""});
          call->Send(google::protobuf::Empty());
          call->Finish(Ok());
        });
    table_.On<v1::StreamLogsRequest>("edm.v1.WorkerAgent/StreamLogs", [](CallPointer call, const auto&) {
      for (int i = 0; i < 5; ++i) {
        v1::LogLines lines;
        lines.add_lines()->set_text("line " + std::to_string(i));
        call->Send(lines);
      }
      call->Finish(Ok());
    });
    table_.On<v1::ExecInput>("edm.v1.WorkerAgent/Exec", [](CallPointer call, const auto&) { Echo(call); });
    table_.On<v1::GetFootprintRequest>("edm.v1.WorkerAgent/GetFootprint",
                                       [](CallPointer call, const auto& request) {
                                         v1::Footprint footprint;
                                         footprint.add_containers(request.id() + ".web.1");
                                         call->Send(footprint);
                                         call->Finish(Ok());
                                       });
    rpc::GrpcServerOptions options;
    const auto made = rpc::MakeKeyAndRequest("w1").value();
    const auto certificate =
        authority_.SignWorker(made.request, {"w1", kEnrolment}, {kNow, kNow + std::chrono::hours(1)}).value();
    options.ports = {{"127.0.0.1:0", rpc::Identity{certificate, made.key, authority_.certificate()}, true}};
    server_ = rpc::GrpcServer::Start(table_, rpc::OnlyMaster(), options).value();
  }

  WorkerAddress address() const { return {"w1", "127.0.0.1:" + std::to_string(server_->ports()[0])}; }

  rpc::Identity master() const { return authority_.IssueMaster({}, kNow).value(); }

  std::atomic<int> streams{0};
  std::atomic<int> cancels{0};
  std::atomic<bool> refusing{false};

 private:
  void Assign(rpc::ServerCall& call, const v1::AssignRequest& request) {
    ++streams;
    if (refusing)
      return call.Finish(Error{Code::kAborted, "attempt", "there is a newer one", {}, "ask again"});
    const auto from = static_cast<int>(request.after_cursor());
    for (int cursor = from + 1; cursor <= std::min(from + 15, kEvents); ++cursor) call.Send(EventAt(cursor));
    if (from + 15 >= kEvents) return call.Finish(Ok());
    call.Finish(Error{Code::kUnavailable, "worker", "it restarts", {}, ""});
  }
  // What comes in goes out again; the end of input ends it.
  static void Echo(const CallPointer& call) {
    call->Read([call](const google::protobuf::Message* message) {
      const auto* input = static_cast<const v1::ExecInput*>(message);
      v1::ExecOutput output;
      if (input == nullptr || input->end_of_input()) {
        output.set_exit_code(7);
        call->Send(output);
        return call->Finish(Ok());
      }
      output.set_output(input->input());
      call->Send(output);
      Echo(call);
    });
  }

  TemporaryFolder folder_;
  rpc::CertificateAuthority authority_ =
      rpc::CertificateAuthority::Open(folder_.path() + "/ca", kNow).value();
  rpc::MethodTable table_;
  std::unique_ptr<rpc::GrpcServer> server_;
};

// Collects what a channel's callbacks bring, and waits for it.
template <class Item>
class Basket {
 public:
  void Add(Item item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    changed_.notify_all();
  }
  std::vector<Item> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return items_.size() >= count; });
    return items_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> items_;
};

Order OrderFor(const std::string& instance) {
  Order order;
  order.epoch = 1;
  order.instance = instance;
  order.attempt = 1;
  order.operation = "op-1";
  order.target = Target::kRunning;
  return order;
}

TEST(WorkerChannel, FollowsAnAttemptOverBrokenStreamsWithoutHoleOrRepeat) {
  ScriptedAgent agent;
  Basket<std::uint32_t> cursors;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  channel.Listen(
      [&](const std::string&, std::uint32_t, AttemptEvent event, std::function<void()> taken) {
        cursors.Add(event.cursor);
        taken();
      },
      [](const std::string&, std::uint32_t, const Error&) {});
  channel.Assign(agent.address(), OrderFor("shop"), 0);
  const auto seen = cursors.Await(kEvents);
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kEvents));
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
  EXPECT_EQ(agent.streams, 3);
}

TEST(WorkerChannel, ReportsARefusalOnceAndAsksNoMore) {
  ScriptedAgent agent;
  agent.refusing = true;
  Basket<Error> refusals;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  channel.Listen([](const std::string&, std::uint32_t, const AttemptEvent&, const std::function<void()>&) {},
                 [&](const std::string&, std::uint32_t, Error error) { refusals.Add(std::move(error)); });
  channel.Assign(agent.address(), OrderFor("shop"), 0);
  const auto seen = refusals.Await(1);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].code, Code::kAborted);
  EXPECT_EQ(seen[0].cause, "there is a newer one");
  EXPECT_EQ(agent.streams, 1);
}

TEST(WorkerChannel, LetsGoOfAWorkerThatIsNotThere) {
  GrpcWorkerChannel channel({}, JoinedOnce);
  channel.Listen([](const std::string&, std::uint32_t, const AttemptEvent&, const std::function<void()>&) {},
                 [](const std::string&, std::uint32_t, const Error&) {});
  channel.Assign({"w1", "127.0.0.1:1"}, OrderFor("shop"), 0);
  channel.Unfollow("shop", 1);
}

TEST(WorkerChannel, CancelsUntilTheWorkerHasHeardIt) {
  ScriptedAgent agent;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  channel.Cancel(agent.address(), "shop", 1, 1, "superseded by op-2");
  for (int i = 0; i < 500 && agent.cancels < 2; ++i) std::this_thread::sleep_for(Millis(10));
  EXPECT_EQ(agent.cancels, 2);
}

struct ShopLogs {
  ShopLogs(WorkerChannel& channel, const WorkerAddress& worker)
      : stream(channel.StreamLogs(
            worker, {.instance = "shop"},
            [this](const std::vector<LogRecord>& records) { lines.Add(records.at(0).text); },
            [this](const Status& status) { ends.Add(status.ok()); })) {}

  Basket<std::string> lines;
  Basket<bool> ends;
  std::unique_ptr<WorkerStream> stream;
};

TEST(WorkerChannel, StreamsLogsOneMessageAtATime) {
  ScriptedAgent agent;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  ShopLogs logs(channel, agent.address());
  for (std::size_t i = 1; i <= 5; ++i) {
    ASSERT_EQ(logs.lines.Await(i).size(), i);
    logs.stream->Next();
  }
  EXPECT_EQ(logs.ends.Await(1), std::vector<bool>{true});
}

TEST(WorkerChannel, EndsLogsThatNobodyWantsAnyMore) {
  ScriptedAgent agent;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  ShopLogs logs(channel, agent.address());
  ASSERT_EQ(logs.lines.Await(1).size(), 1U);
  logs.stream.reset();
  EXPECT_EQ(logs.ends.Await(1).size(), 1U);
}

TEST(WorkerChannel, CarriesATerminalBothWays) {
  ScriptedAgent agent;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  Basket<ExecOutput> outputs;
  Basket<bool> ends;
  auto stream = channel.Exec(
      agent.address(), {.instance = "shop", .argv = {"sh"}},
      [&](ExecOutput output) { outputs.Add(std::move(output)); },
      [&](const Status& status) { ends.Add(status.ok()); });
  stream->Write(std::string("hello"), [](bool) {});
  ASSERT_EQ(outputs.Await(1).size(), 1U);
  EXPECT_EQ(std::get<ExecBytes>(outputs.Await(1)[0]).bytes, "hello");
  stream->Next();
  stream->Write(EndOfInput{}, [](bool) {});
  ASSERT_EQ(outputs.Await(2).size(), 2U);
  EXPECT_EQ(std::get<ExecEnd>(outputs.Await(2)[1]).exit_code, 7);
  stream->Next();
  EXPECT_EQ(ends.Await(1).size(), 1U);
}

TEST(WorkerChannel, AsksForTheFootprint) {
  ScriptedAgent agent;
  GrpcWorkerChannel channel(agent.master(), JoinedOnce);
  Basket<std::string> containers;
  channel.GetFootprint(agent.address(), "shop", [&](const Result<Footprint>& footprint) {
    containers.Add(footprint.ok() ? footprint->containers.at(0) : ToString(footprint.error()));
  });
  EXPECT_EQ(containers.Await(1), std::vector<std::string>{"shop.web.1"});
}

// What `channel` hears of worker w1, which shows the certificate of one join.
Result<Footprint> AskFootprint(const ScriptedAgent& agent, EnrolmentOf enrolment_of) {
  Basket<Result<Footprint>> answers;
  GrpcWorkerChannel channel(agent.master(), std::move(enrolment_of));
  channel.GetFootprint(agent.address(), "shop",
                       [&](Result<Footprint> answer) { answers.Add(std::move(answer)); });
  const auto came = answers.Await(1);
  return came.empty() ? Result<Footprint>(Error{Code::kDeadlineExceeded, "test", "no answer"}) : came.front();
}

TEST(WorkerChannel, TrustsOnlyTheCertificateOfAWorkersLastJoin) {
  ScriptedAgent agent;
  EXPECT_TRUE(AskFootprint(agent, JoinedOnce).ok());
  const auto joined_anew = [](const std::string&) -> std::optional<std::string> { return "e2"; };
  EXPECT_EQ(AskFootprint(agent, joined_anew).error().code, Code::kUnavailable);
  const auto removed = [](const std::string&) -> std::optional<std::string> { return std::nullopt; };
  EXPECT_EQ(AskFootprint(agent, removed).error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace edm::master
