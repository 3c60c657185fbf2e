#include "master/api/relay/leader_relay.h"

#include <atomic>
#include <thread>

#include "edm/v1/model.pb.h"
#include "master/api/relay/forwarding.h"
#include "tests/fakes/master/fake_helm.h"
#include "tests/integration/rpc_fixture.h"

namespace edm::master {
namespace {

using rpc::testing::KnowsAda;
using rpc::testing::kToken;
using rpc::testing::Notes;

// One master: its table and its port.
struct Served {
  explicit Served(const std::string& own_name) : name(own_name) {
    rpc::testing::ServeScript(table, notes);
    table.On<v1::StartInstanceRequest>("edm.v1.Master/StartInstance",
                                       [this](auto call, const v1::StartInstanceRequest& request) {
                                         notes.Add("start " + request.request_id());
                                         if (hangs && request.id() == "hang") {
                                           kept.push_back(call);
                                           return;
                                         }
                                         v1::Operation operation;
                                         operation.set_id(name);
                                         operation.set_instance(call->caller().name);
                                         call->Send(operation);
                                         call->Finish(Ok());
                                       });
  }
  void Serve() {
    rpc::GrpcServerOptions options;
    options.ports.push_back({"127.0.0.1:0", {}, false});
    server = rpc::GrpcServer::Start(table, KnowsAda, std::move(options)).value();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server->ports().front()); }

  const std::string name;
  bool hangs = true;
  rpc::MethodTable table;
  Notes notes;
  std::vector<std::shared_ptr<rpc::ServerCall>> kept;
  std::unique_ptr<rpc::GrpcServer> server;
};

class LeaderRelayTest : public ::testing::Test {
 protected:
  LeaderRelayTest() {
    leader_.Serve();
    ForwardToLeader(follower_.table, helm_, relay_);
    follower_.Serve();
    helm_.Follow(leader_.address());
    stub_ = v1::Master::NewStub(rpc::Dial({follower_.address(), std::nullopt, kToken}).value());
  }

  Result<v1::Operation> Start(const std::string& id, const std::string& request_id) {
    v1::StartInstanceRequest request;
    request.set_id(id);
    request.set_request_id(request_id);
    return rpc::Call(*stub_, &v1::Master::Stub::StartInstance, request, "start");
  }

  FakeHelm helm_;
  LeaderRelay relay_{std::nullopt};
  Served leader_{"m2"};
  Served follower_{"m1"};
  std::unique_ptr<v1::Master::Stub> stub_;
};

TEST_F(LeaderRelayTest, AnOrderGoesToTheLeaderAsItsCaller) {
  const auto started = Start("shop", "r1");
  ASSERT_TRUE(started.ok()) << ToString(started.error());
  EXPECT_EQ(started->id(), "m2");
  EXPECT_EQ(started->instance(), "ada");
  EXPECT_TRUE(leader_.notes.Seen("start r1"));
  EXPECT_FALSE(follower_.notes.Seen("start r1"));
  EXPECT_GE(helm_.passed_, 1);
}

TEST_F(LeaderRelayTest, WhoLeadsAnswersItself) {
  helm_.leads_ = true;
  EXPECT_EQ(Start("shop", "r1")->id(), "m1");
}

TEST_F(LeaderRelayTest, ReadsAreAnsweredHere) {
  v1::GetInstanceRequest request;
  helm_.Follow("127.0.0.1:1");
  request.set_id("shop");
  const auto read = rpc::Call(*stub_, &v1::Master::Stub::GetInstance, request, "get");
  EXPECT_TRUE(read.ok()) << ToString(read.error());
}

TEST_F(LeaderRelayTest, StreamsComeThroughToTheirEnd) {
  grpc::ClientContext context;
  v1::WatchOperationRequest request;
  request.set_id("3");
  const auto reader = stub_->WatchOperation(&context, request);
  v1::OperationEvent event;
  int events = 0;
  while (reader->Read(&event)) ++events;
  EXPECT_EQ(events, 3);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(LeaderRelayTest, AnUploadComesThroughWhole) {
  grpc::ClientContext context;
  v1::Operation operation;
  const auto writer = stub_->UploadSource(&context, &operation);
  v1::UploadSourceRequest piece;
  piece.set_data(std::string(100'000, 'x'));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(writer->Write(piece));
  ASSERT_TRUE(writer->WritesDone());
  const auto status = writer->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(operation.id(), "5000000");
  EXPECT_TRUE(leader_.notes.Seen("upload ended"));
}

TEST_F(LeaderRelayTest, WithoutALeaderItIsRefusedAtOnceOrWaitsForOneThatIsElected) {
  helm_.Follow("");
  const auto refused = Start("shop", "r1");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().cause, "none leads");
  helm_.electing_ = true;
  std::thread later([this] {
    std::this_thread::sleep_for(Millis(300));
    helm_.Follow(leader_.address());
  });
  const auto started = Start("shop", "r2");
  later.join();
  EXPECT_TRUE(started.ok()) << ToString(started.error());
}

// It hangs, as one that was stopped; then another leads.
TEST_F(LeaderRelayTest, WhatWasLostWithItsLeaderIsAskedOfTheNextIfThatIsSafe) {
  Served next("m3");
  next.hangs = false;
  next.Serve();
  std::thread change([&] {
    EXPECT_TRUE(leader_.notes.Await("start r1"));
    helm_.Follow(next.address());
    relay_.LeaderIs(next.address());
  });
  const auto started = Start("hang", "r1");
  change.join();
  ASSERT_TRUE(started.ok()) << ToString(started.error());
  EXPECT_EQ(started->id(), "m3");
}

TEST_F(LeaderRelayTest, WithoutARequestIdItIsNotAskedAgain) {
  std::thread change([this] {
    EXPECT_TRUE(leader_.notes.Await("start "));
    helm_.Follow("127.0.0.1:1");
    relay_.LeaderIs("127.0.0.1:1");
  });
  const auto lost = Start("hang", "");
  change.join();
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, Code::kUnavailable);
  EXPECT_NE(lost.error().hint.find("request id"), std::string::npos);
}

TEST_F(LeaderRelayTest, ThePortOfMastersRefusesWhenItsMasterDoesNotLead) {
  RefuseUnlessLeading(leader_.table, helm_);
  v1::GetInstanceRequest request;
  request.set_id("shop");
  const auto stub = v1::Master::NewStub(rpc::Dial({leader_.address(), std::nullopt, kToken}).value());
  EXPECT_EQ(rpc::Call(*stub, &v1::Master::Stub::GetInstance, request, "get").error().cause, "none leads");
  helm_.leads_ = true;
  EXPECT_TRUE(rpc::Call(*stub, &v1::Master::Stub::GetInstance, request, "get").ok());
}

}  // namespace
}  // namespace edm::master
