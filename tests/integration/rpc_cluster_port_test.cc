#include <unistd.h>

#include <array>
#include <filesystem>
#include <thread>

#include "common/rpc/secret_file.h"
#include "common/rpc/tls.h"
#include "edm/v1/registry_service.grpc.pb.h"
#include "edm/v1/worker_service.grpc.pb.h"
#include "tests/integration/rpc_fixture.h"

namespace edm::rpc {
namespace {

WallTime Now() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }

Validity LifeFrom(WallTime from) { return {from, from + std::chrono::hours(24 * 30)}; }

// A cluster port with its CA, and a second CA of somebody else.
class ClusterPort : public ::testing::Test {
 protected:
  ClusterPort() : authority_(Authority("ours")), foreign_(Authority("foreign")) {
    table_.On<v1::JoinRequest>("edm.v1.Registry/Join", [this](auto call, const v1::JoinRequest& request) {
      v1::JoinResponse response;
      response.set_certificate(
          authority_.SignWorker(request.certificate_request(), {request.worker(), "e1"}, LifeFrom(Now()))
              .value());
      response.set_ca(authority_.certificate());
      call->Send(response);
      call->Finish(Ok());
    });
    table_.On<v1::HeartbeatRequest>("edm.v1.Registry/Heartbeat",
                                    [this](auto call, const v1::HeartbeatRequest&) {
                                      notes_.Add("beat of " + call->caller().name);
                                      call->Send(v1::HeartbeatResponse());
                                      call->Finish(Ok());
                                    });
  }
  ~ClusterPort() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  CertificateAuthority Authority(const std::string& name) {
    return CertificateAuthority::Open(folder_ / name, Now()).value();
  }
  void Start(const Identity& identity) {
    GrpcServerOptions options;
    options.ports = {{"127.0.0.1:0", identity, true}};
    auto started = GrpcServer::Start(table_, testing::KnowsAda, std::move(options));
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    server_ = std::move(started).value();
    address_ = "127.0.0.1:" + std::to_string(server_->ports()[0]);
  }
  void Start() { Start(authority_.IssueMaster({}, Now()).value()); }

  std::unique_ptr<v1::Registry::Stub> Stub(const Identity& identity) {
    return v1::Registry::NewStub(
        Dial({address_, ChannelTls{identity, std::string(kMasterName)}, ""}).value());
  }
  Result<v1::HeartbeatResponse> Beat(const Identity& identity) {
    const auto stub = Stub(identity);
    return Call(*stub, &v1::Registry::Stub::Heartbeat, {}, "master", {Millis(3'000), false});
  }
  Identity WorkerOf(const CertificateAuthority& authority, const std::string& ca, WallTime when) {
    const auto made = MakeKeyAndRequest("w1").value();
    return {authority.SignWorker(made.request, {"w1", "e1"}, LifeFrom(when)).value(), made.key, ca};
  }

  std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) / ("edm_cluster_port_" + std::to_string(::getpid()));
  CertificateAuthority authority_;
  CertificateAuthority foreign_;
  MethodTable table_;
  testing::Notes notes_;
  std::unique_ptr<GrpcServer> server_;
  std::string address_;
};

TEST_F(ClusterPort, LetsAWorkerJoinByTheFingerprintAloneAndThenBeat) {
  Start();
  const auto ca = FetchCa(address_, authority_.fingerprint().substr(0, 32), Millis(3'000));
  ASSERT_TRUE(ca.ok()) << ToString(ca.error());
  EXPECT_EQ(*ca, authority_.certificate());
  const auto made = MakeKeyAndRequest("w1").value();
  v1::JoinRequest request;
  request.set_worker("w1");
  request.set_certificate_request(made.request);
  const auto stub = Stub({"", "", *ca});
  const auto joined = Call(*stub, &v1::Registry::Stub::Join, request, "master");
  ASSERT_TRUE(joined.ok()) << ToString(joined.error());
  const auto beat = Beat({joined->certificate(), made.key, joined->ca()});
  ASSERT_TRUE(beat.ok()) << ToString(beat.error());
  EXPECT_TRUE(notes_.Seen("beat of w1"));
}

TEST_F(ClusterPort, RefusesABeatWithoutACertificate) {
  Start();
  EXPECT_EQ(Beat({"", "", authority_.certificate()}).error().code, Code::kUnauthenticated);
}

TEST_F(ClusterPort, RefusesACertificateOfAForeignCa) {
  Start();
  EXPECT_FALSE(Beat(WorkerOf(foreign_, authority_.certificate(), Now())).ok());
  EXPECT_FALSE(notes_.Seen("beat of w1"));
}

TEST_F(ClusterPort, RefusesAnExpiredCertificate) {
  Start();
  const auto long_ago = Now() - std::chrono::hours(24 * 365 * 8);
  EXPECT_FALSE(Beat(WorkerOf(authority_, authority_.certificate(), long_ago)).ok());
  EXPECT_FALSE(notes_.Seen("beat of w1"));
}

TEST_F(ClusterPort, IsNotBelievedWithAForeignOrExpiredCertificate) {
  Start(foreign_.IssueMaster({}, Now()).value());
  EXPECT_EQ(Beat(WorkerOf(authority_, authority_.certificate(), Now())).error().code, Code::kUnavailable);
  Start(authority_.IssueMaster({}, Now() - std::chrono::hours(24 * 365 * 8)).value());
  EXPECT_EQ(Beat(WorkerOf(authority_, authority_.certificate(), Now())).error().code, Code::kUnavailable);
}

TEST_F(ClusterPort, IsNotTakenForTheMasterWithAWorkersCertificate) {
  auto worker = WorkerOf(authority_, authority_.certificate(), Now());
  Start(worker);
  EXPECT_EQ(Beat(worker).error().code, Code::kUnavailable);
}

TEST_F(ClusterPort, IsNoPlaceForATokenWhilePeoplesPortOverTlsIs) {
  testing::ServeScript(table_, notes_);
  Start();
  v1::GetInstanceRequest request;
  request.set_id("shop");
  const ChannelTls tls{{"", "", authority_.certificate()}, std::string(kMasterName)};
  const auto stub = v1::Master::NewStub(Dial({address_, tls, testing::kToken}).value());
  EXPECT_TRUE(Call(*stub, &v1::Master::Stub::GetInstance, request, "instance shop").ok());
  const auto registry = v1::Registry::NewStub(Dial({address_, tls, testing::kToken}).value());
  EXPECT_EQ(Call(*registry, &v1::Registry::Stub::Heartbeat, {}, "master").error().code,
            Code::kUnauthenticated);
}

TEST_F(ClusterPort, GivesNoCaForAnotherFingerprint) {
  Start();
  EXPECT_EQ(FetchCa(address_, foreign_.fingerprint(), Millis(3'000)).error().code, Code::kPermissionDenied);
  EXPECT_EQ(FetchCa(address_, authority_.fingerprint().substr(0, 8), Millis(3'000)).error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(FetchCa("127.0.0.1:1", authority_.fingerprint(), Millis(3'000)).error().code, Code::kUnavailable);
}

TEST_F(ClusterPort, RefusesACertificateThatDoesNotFitItsKey) {
  auto identity = authority_.IssueMaster({}, Now()).value();
  identity.key = authority_.IssueMaster({}, Now()).value().key;
  GrpcServerOptions options;
  options.ports = {{"127.0.0.1:0", identity, true}};
  EXPECT_EQ(GrpcServer::Start(table_, testing::KnowsAda, std::move(options)).error().code,
            Code::kUnavailable);
}

// The port of a worker, with an identity in files that are replaced while it listens.
class WorkerPort : public ClusterPort {
 protected:
  WorkerPort() {
    table_.On<v1::GetFootprintRequest>("edm.v1.WorkerAgent/GetFootprint", [](auto call, const auto&) {
      call->Send(v1::Footprint());
      call->Finish(Ok());
    });
  }
  void Renew(const std::string& enrolment) {
    const auto made = MakeKeyAndRequest("w1").value();
    const auto certificate = authority_.SignWorker(made.request, {"w1", enrolment}, LifeFrom(Now())).value();
    ASSERT_TRUE(WriteFileWhole(files_.key_and_certificate, made.key + certificate, kSecretMode).ok());
    ASSERT_TRUE(WriteFileWhole(files_.ca, authority_.certificate(), kPublicMode).ok());
  }
  void StartWorker() {
    GrpcServerOptions options;
    options.ports = {{.address = "127.0.0.1:0", .client_certificates = true, .files = files_}};
    auto started = GrpcServer::Start(table_, OnlyMaster(), std::move(options));
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    server_ = std::move(started).value();
    address_ = "127.0.0.1:" + std::to_string(server_->ports()[0]);
  }
  Result<v1::Footprint> Ask(const Identity& identity, const std::string& enrolment) {
    const auto channel = Dial({address_, ChannelTls{identity, WorkerTlsName("w1", enrolment)}, ""}).value();
    const auto stub = v1::WorkerAgent::NewStub(channel);
    return Call(*stub, &v1::WorkerAgent::Stub::GetFootprint, {}, "worker w1", {Millis(3'000), false});
  }

  const IdentityFiles files_{folder_ / "worker.pem", folder_ / "ca.crt"};
};

TEST_F(WorkerPort, TakesOrdersOfTheMasterAndOfNoWorker) {
  Renew("e1");
  StartWorker();
  const auto master = authority_.IssueMaster({}, Now()).value();
  const auto asked = Ask(master, "e1");
  ASSERT_TRUE(asked.ok()) << ToString(asked.error());
  EXPECT_EQ(Ask(WorkerOf(authority_, authority_.certificate(), Now()), "e1").error().code,
            Code::kPermissionDenied);
  EXPECT_EQ(Ask({"", "", authority_.certificate()}, "e1").error().code, Code::kUnauthenticated);
  EXPECT_FALSE(Ask(foreign_.IssueMaster({}, Now()).value(), "e1").ok());
  auto pretender = foreign_.IssueMaster({}, Now()).value();
  pretender.ca = authority_.certificate();
  EXPECT_FALSE(Ask(pretender, "e1").ok());
}

TEST_F(WorkerPort, ShowsARenewedIdentityWithoutARestart) {
  Renew("e1");
  StartWorker();
  const auto master = authority_.IssueMaster({}, Now()).value();
  ASSERT_TRUE(Ask(master, "e1").ok());
  Renew("e2");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!Ask(master, "e2").ok() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(Millis(100));
  }
  EXPECT_TRUE(Ask(master, "e2").ok());
  EXPECT_EQ(Ask(master, "e1").error().code, Code::kUnavailable);
}

TEST_F(ClusterPort, TellsTheEnrolmentOfACertificateToWhoJudgesIt) {
  std::string seen;
  GrpcServerOptions options;
  options.ports = {{"127.0.0.1:0", authority_.IssueMaster({}, Now()).value(), true}};
  server_ = GrpcServer::Start(
                table_,
                [&seen](const Credentials& credentials) -> Result<Caller> {
                  seen = credentials.worker + " of " + credentials.enrolment;
                  return Caller{Caller::Kind::kWorker, credentials.worker, ""};
                },
                std::move(options))
                .value();
  address_ = "127.0.0.1:" + std::to_string(server_->ports()[0]);
  ASSERT_TRUE(Beat(WorkerOf(authority_, authority_.certificate(), Now())).ok());
  EXPECT_EQ(seen, "w1 of e1");
}

TEST_F(ClusterPort, BelievesAndIsBelievedByAClockThatIsADayLate) {
  // Issued by a clock that is a day ahead of ours: as if ours were a day late.
  const auto tomorrow = Now() + std::chrono::hours(24);
  Start(authority_.IssueMaster({}, tomorrow).value());
  EXPECT_TRUE(Beat(WorkerOf(authority_, authority_.certificate(), tomorrow)).ok());
  Start(authority_.IssueMaster({}, Now() - std::chrono::hours(24)).value());
  EXPECT_TRUE(Beat(WorkerOf(authority_, authority_.certificate(), Now() - std::chrono::hours(24))).ok());
}

}  // namespace
}  // namespace edm::rpc
