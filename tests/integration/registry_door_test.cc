#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "common/adapters/kv/memory_kv_store.h"
#include "common/adapters/system/system_clock.h"
#include "common/adapters/system/system_entropy.h"
#include "common/adapters/system/thread_pool.h"
#include "common/base/version.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_server.h"
#include "common/rpc/join_token.h"
#include "edm/v1/registry_service.grpc.pb.h"
#include "master/adapters/event_log/file_event_log.h"
#include "master/adapters/loop/cluster_loop.h"
#include "master/adapters/loop/effect_runner.h"
#include "master/adapters/state/load.h"
#include "master/api/services/service_parts.h"
#include "master/api/services/token_text.h"
#include "tests/fakes/master/fake_git_server.h"
#include "tests/fakes/master/fake_helm.h"
#include "tests/fakes/master/fake_worker_channel.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::master {
namespace {

class NoIntake final : public SourceIntake {
 public:
  Result<std::unique_ptr<Upload>> Begin() override {
    return Error{Code::kUnimplemented, "upload", "none here"};
  }
};

class NoBackup final : public BackupSource {
 public:
  Result<std::unique_ptr<BackupReader>> Open() override {
    return Error{Code::kUnimplemented, "backup", "none here"};
  }
};

// Certificates are checked by TLS against the machine's clock, tokens and joins by the master against its
// own: here that one is moved by hand.
class MasterClockOfTests final : public Clock {
 public:
  WallTime Now() const override { return system_.Now() + ahead.load(); }
  SteadyTime Steady() const override { return system_.Steady(); }
  bool Wait(Millis time, std::stop_token stop) const override { return system_.Wait(time, std::move(stop)); }

  std::atomic<Millis> ahead{Millis(0)};

 private:
  SystemClock system_;
};

// A master's cluster port as it is, with everything behind it but workers, git and uploads.
class RegistryDoor : public ::testing::Test {
 protected:
  RegistryDoor() {
    effects_.Connect(loop_);
    loop_.Start();
    RegisterRegistry(table_, parts_);
    rpc::GrpcServerOptions options;
    options.ports = {{"127.0.0.1:0", authority_.IssueMaster({}, clock_.Now()).value(), true}};
    server_ = rpc::GrpcServer::Start(table_, TokenAuthenticator(loop_, sealer_, clock_), options).value();
    address_ = "127.0.0.1:" + std::to_string(server_->ports()[0]);
  }
  ~RegistryDoor() override {
    server_.reset();
    loop_.Stop();
  }

  Result<Accepted> Ask(Command command) {
    auto answer = std::make_shared<std::promise<Result<Accepted>>>();
    auto future = answer->get_future();
    loop_.Submit(std::move(command),
                 [answer](Result<Accepted> accepted) { answer->set_value(std::move(accepted)); });
    return future.get();
  }

  // A join token of that name, as text.
  std::string Token(const std::string& name) {
    const auto id = "t" + std::to_string(++tokens_);
    CreateToken create;
    create.token = {.id = id, .name = name, .kind = TokenKind::kWorker, .hash = sealer_.Hash("secret")};
    EXPECT_TRUE(Ask(create).ok());
    return rpc::FormatJoinToken({id, "secret", authority_.fingerprint()});
  }

  template <class Request, class Response>
  Result<Response> Call(const rpc::Identity& as,
                        grpc::Status (v1::Registry::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                   Response*),
                        const std::type_identity_t<Request>& request) {
    const auto stub = v1::Registry::NewStub(
        rpc::Dial({address_, rpc::ChannelTls{as, std::string(rpc::kMasterName)}, ""}).value());
    return rpc::Call(*stub, method, request, "master", {Millis(5'000), false});
  }

  Result<rpc::Identity> Join(const std::string& token, const std::string& worker) {
    const auto made = rpc::MakeKeyAndRequest(worker).value();
    v1::JoinRequest request;
    request.set_token(token);
    request.set_worker(worker);
    request.set_certificate_request(made.request);
    EDM_TRY(const auto joined, Call({"", "", authority_.certificate()}, &v1::Registry::Stub::Join, request));
    return rpc::Identity{joined.certificate(), made.key, joined.ca()};
  }
  Result<rpc::Identity> Renew(const rpc::Identity& as) {
    const auto made = rpc::MakeKeyAndRequest("anybody").value();
    v1::RenewRequest request;
    request.set_certificate_request(made.request);
    EDM_TRY(const auto renewed, Call(as, &v1::Registry::Stub::Renew, request));
    return rpc::Identity{renewed.certificate(), made.key, as.ca};
  }
  Result<v1::RegisterResponse> Register(const rpc::Identity& as, const std::string& worker,
                                        const std::string& rpc_address = "10.0.0.1:8834") {
    v1::RegisterRequest request;
    request.mutable_worker()->set_id(worker);
    request.mutable_worker()->set_rpc_address(rpc_address);
    request.mutable_worker()->set_public_address("10.0.0.1");
    request.set_protocol(kProtocolNewest);
    return Call(as, &v1::Registry::Stub::Register, request);
  }
  Result<v1::HeartbeatResponse> Beat(const rpc::Identity& as, const std::string& session) {
    v1::HeartbeatRequest request;
    request.set_session(session);
    return Call(as, &v1::Registry::Stub::Heartbeat, request);
  }
  Result<google::protobuf::Empty> Publish(const rpc::Identity& as, const std::string& instance) {
    v1::PublishRequest request;
    request.set_instance(instance);
    request.set_address("6.6.6.6");
    return Call(as, &v1::Registry::Stub::Publish, request);
  }
  // As if no beat had come for long.
  void Lose(const std::string& worker) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (loop_.View()->workers.Find(worker)->state != WorkerState::kLost &&
           std::chrono::steady_clock::now() < until) {
      loop_.Report(Tick{});
      std::this_thread::sleep_for(Millis(50));
    }
  }

  TemporaryFolder folder_;
  MasterClockOfTests clock_;
  SystemEntropy entropy_;
  MemoryKvStore store_;
  FakeGitServer git_;
  FakeWorkerChannel workers_;
  NoIntake intake_;
  NoBackup backup_;
  Sealer sealer_ = Sealer::Open(folder_.path() + "/seal.key").value();
  rpc::CertificateAuthority authority_ =
      rpc::CertificateAuthority::Open(folder_.path() + "/ca", clock_.Now()).value();
  std::unique_ptr<EventLog> log_ = FileEventLog::Open(folder_.path() + "/events").value();
  ThreadPool pool_{ThreadPool::Options{"test", 2, 64}};
  EffectRunner effects_{{git_, workers_, *log_, pool_, clock_}};
  ClusterLoop loop_{LoadState(store_, sealer_).value(),
                    ClusterLoop::Parts{store_, sealer_, *log_, effects_, clock_, [] { return Ok(); }}};
  FakeHelm helm_;
  ServiceParts parts_{loop_,  helm_,   *log_,      git_, intake_, workers_, pool_,  entropy_,
                      clock_, sealer_, authority_, {},   {},      {},       backup_};
  rpc::MethodTable table_;
  std::unique_ptr<rpc::GrpcServer> server_;
  std::string address_;
  int tokens_ = 0;
};

TEST_F(RegistryDoor, LetsAWorkerJoinRegisterAndRenew) {
  const auto first = Join(Token("w1"), "w1");
  ASSERT_TRUE(first.ok()) << ToString(first.error());
  const auto registered = Register(*first, "w1");
  ASSERT_TRUE(registered.ok()) << ToString(registered.error());
  EXPECT_TRUE(registered->has_time());
  const auto second = Renew(*first);
  ASSERT_TRUE(second.ok()) << ToString(second.error());
  EXPECT_NE(second->certificate, first->certificate);
  EXPECT_TRUE(Beat(*second, registered->session()).ok());
  EXPECT_TRUE(Beat(*first, registered->session()).ok())
      << "good until its end: the new one may have been lost";
  const auto ends = loop_.View()->workers.Find("w1")->certificate_ends;
  ASSERT_TRUE(ends);
  EXPECT_GE(*ends, rpc::ValidityOf(second->certificate)->until);
}

TEST_F(RegistryDoor, RefusesTokensThatAreWrongUsedExpiredOrMadeForPeople) {
  EXPECT_EQ(Join("edmw_t1_wrong_" + authority_.fingerprint(), "w1").error().code, Code::kUnauthenticated);
  EXPECT_EQ(Join("no token", "w1").error().code, Code::kInvalidArgument);
  const auto used = Token("w1");
  ASSERT_TRUE(Join(used, "w1").ok());
  EXPECT_EQ(Join(used, "w2").error().code, Code::kUnauthenticated);
  CreateToken person;
  person.token = {.id = "p1", .name = "ada", .kind = TokenKind::kPerson, .hash = sealer_.Hash("secret")};
  ASSERT_TRUE(Ask(person).ok());
  EXPECT_EQ(Join(rpc::FormatJoinToken({"p1", "secret", authority_.fingerprint()}), "w3").error().code,
            Code::kUnauthenticated);
  const auto old = Token("w4");
  clock_.ahead = Millis(2 * 3'600'000);
  const auto late = Join(old, "w4");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kUnauthenticated);
  EXPECT_NE(late.error().cause.find("expired"), std::string::npos) << ToString(late.error());
}

TEST_F(RegistryDoor, GivesAStolenTokenNoPlaceThatAnotherWorkerHad) {
  const auto first = Join(Token("w1"), "w1");
  ASSERT_TRUE(Register(*first, "w1").ok());
  EXPECT_EQ(Join(Token("w2"), "w1").error().code, Code::kAlreadyExists);
  Lose("w1");
  EXPECT_EQ(Join(Token("w3"), "w1").error().code, Code::kPermissionDenied);
  EXPECT_TRUE(Beat(*first, "unknown").error().code == Code::kFailedPrecondition) << "its certificate holds";
}

TEST_F(RegistryDoor, RefusesEveryCallWithACertificateOfAnEarlierJoin) {
  const auto first = Join(Token("w1"), "w1");
  const auto registered = Register(*first, "w1");
  ASSERT_TRUE(registered.ok());
  Lose("w1");
  const auto second = Join(Token("w1"), "w1");
  ASSERT_TRUE(second.ok()) << ToString(second.error());
  const auto refused = Register(*first, "w1");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_NE(refused.error().cause.find("joined under this id"), std::string::npos);
  EXPECT_EQ(Beat(*first, registered->session()).error().code, Code::kPermissionDenied);
  EXPECT_EQ(Publish(*first, "shop").error().code, Code::kPermissionDenied);
  EXPECT_EQ(Renew(*first).error().code, Code::kPermissionDenied);
  EXPECT_TRUE(Register(*second, "w1").ok());
}

TEST_F(RegistryDoor, RefusesACertificateOfOursForAWorkerThatIsNotInTheCluster) {
  const auto made = rpc::MakeKeyAndRequest("w9").value();
  const auto now = clock_.Now();
  const auto certificate =
      authority_.SignWorker(made.request, {"w9", "e1"}, {now, now + std::chrono::hours(1)}).value();
  const auto refused = Register({certificate, made.key, authority_.certificate()}, "w9");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
  EXPECT_NE(refused.error().hint.find("token create w9"), std::string::npos);
}

TEST_F(RegistryDoor, RefusesEveryCallOfAWorkerThatWasRemoved) {
  const auto first = Join(Token("w1"), "w1");
  const auto registered = Register(*first, "w1");
  ASSERT_TRUE(registered.ok());
  RemoveWorker remove;
  remove.id = "w1";
  ASSERT_TRUE(Ask(remove).ok());
  EXPECT_EQ(Register(*first, "w1").error().code, Code::kPermissionDenied);
  EXPECT_EQ(Beat(*first, registered->session()).error().code, Code::kPermissionDenied);
  EXPECT_EQ(Renew(*first).error().code, Code::kPermissionDenied);
  EXPECT_EQ(loop_.View()->workers.Find("w1"), nullptr);
  const auto second = Join(Token("w1"), "w1");
  ASSERT_TRUE(second.ok()) << "it may join again";
  EXPECT_EQ(Register(*first, "w1").error().code, Code::kPermissionDenied) << "as it was before, it may not";
  EXPECT_TRUE(Register(*second, "w1").ok());
}

TEST_F(RegistryDoor, RefusesACertificateWhoseTimeIsOverByTheMastersClock) {
  const auto first = Join(Token("w1"), "w1");
  ASSERT_TRUE(Register(*first, "w1").ok());
  clock_.ahead = Millis(31LL * 24 * 3'600'000);
  const auto refused = Register(*first, "w1");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnauthenticated);
  EXPECT_NE(refused.error().cause.find("ended at"), std::string::npos);
}

TEST_F(RegistryDoor, LetsNoWorkerSpeakForAnother) {
  const auto one = Join(Token("w1"), "w1");
  const auto two = Join(Token("w2"), "w2");
  const auto session = Register(*one, "w1");
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(Register(*two, "w2", "10.0.0.2:8834").ok());
  EXPECT_EQ(Register(*two, "w1").error().code, Code::kPermissionDenied);
  EXPECT_EQ(Beat(*two, session->session()).error().code, Code::kFailedPrecondition);
  CreateInstance create;
  create.instance = {.id = "shop", .owner = "default", .project = "shop"};
  ASSERT_TRUE(Ask(create).ok());
  EXPECT_EQ(Publish(*two, "shop").error().code, Code::kAborted);
  EXPECT_FALSE(store_.Get("instance/shop/ip").value());
}

TEST_F(RegistryDoor, RefusesASecondMachineWithACopiedIdentity) {
  const auto one = Join(Token("w1"), "w1");
  const auto session = Register(*one, "w1");
  ASSERT_TRUE(session.ok());
  const auto second = Register(*one, "w1", "10.0.0.66:8834");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_TRUE(Beat(*one, session->session()).ok()) << "the first one goes on";
}

}  // namespace
}  // namespace edm::master
