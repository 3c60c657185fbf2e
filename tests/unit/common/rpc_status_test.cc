#include <gtest/gtest.h>

#include "common/rpc/access.h"
#include "common/rpc/grpc_server.h"
#include "common/rpc/status.h"
#include "common/rpc/strand.h"
#include "edm/v1/master_service.pb.h"
#include "edm/v1/registry_service.pb.h"

namespace edm::rpc {
namespace {

Error Full() {
  return {
      Code::kFailedPrecondition, "instance shop", "web is unhealthy", {"line 1", "line 2"}, "set PORT=8000"};
}

TEST(RpcStatus, CarriesAnErrorThroughGrpcWithoutLoss) {
  const auto status = ToGrpc(Full());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "instance shop: web is unhealthy (set PORT=8000)");
  EXPECT_EQ(FromGrpc(status, "other"), Full());
}

TEST(RpcStatus, CarriesEachCodeThroughGrpcAndByName) {
  for (int i = 1; i <= 16; ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(FromGrpc(ToGrpc({code, "a", "b", {}, ""}), "").code, code);
    EXPECT_EQ(CodeFromName(CodeName(code)), code);
    EXPECT_GE(HttpStatus(code), 400);
  }
}

TEST(RpcStatus, LeavesOutTheOldestEvidenceWhenItWouldNotFitTrailers) {
  auto error = Full();
  error.evidence.clear();
  for (int i = 0; i < 50; ++i) error.evidence.push_back(std::string(400, 'x') + std::to_string(i));
  const auto status = ToGrpc(error);
  EXPECT_LE(status.error_details().size() + status.error_message().size(), 6U * 1024);
  const auto back = FromGrpc(status, "");
  EXPECT_EQ(back.evidence.back(), error.evidence.back());
  EXPECT_EQ(back.evidence.front(),
            "(" + std::to_string(51 - back.evidence.size()) + " earlier lines left out)");
  EXPECT_EQ(back.cause, error.cause);
}

TEST(RpcStatus, NamesTheObjectWhenTheServerSaidNothing) {
  const auto error = FromGrpc({grpc::StatusCode::UNAVAILABLE, "connection refused"}, "master 10.0.0.1:8800");
  EXPECT_EQ(error.object, "master 10.0.0.1:8800");
  EXPECT_EQ(error.cause, "connection refused");
  EXPECT_FALSE(error.hint.empty());
}

TEST(RpcStatus, WritesAndReadsProblemDocuments) {
  const auto text = ToProblem(Full());
  EXPECT_NE(text.find("\"status\": 409"), std::string::npos);
  EXPECT_NE(text.find("\"type\": \"urn:edm:problem:failed-precondition\""), std::string::npos);
  EXPECT_EQ(FromProblem(text, 409, ""), Full());
}

TEST(RpcStatus, TakesATextThatIsNoProblemAsEvidence) {
  const auto error = FromProblem("<html>bad gateway</html>", 502, "master");
  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.evidence, std::vector<std::string>{"<html>bad gateway</html>"});
}

TEST(RpcStatus, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(FromGrpc(ToGrpc({Code::kInternal, "a\xFF", "b", {"c\xFF"}, ""}), "").object, "a\xEF\xBF\xBD");
}

const google::protobuf::MethodDescriptor& Method(const char* name) {
  return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
}

Result<Caller> Known(const Credentials& credentials) {
  if (credentials.bearer == "person") return Caller{Caller::Kind::kPerson, "ada", "t1"};
  if (credentials.worker == "w1") return Caller{Caller::Kind::kWorker, "w1", ""};
  return Error{Code::kUnauthenticated, "token", "it is not known", {}, ""};
}

TEST(RpcAccess, FollowsTheAccessOptionOfTheMethod) {
  edm::v1::JoinRequest linked;  // keeps the file's descriptors registered
  edm::v1::GetInstanceRequest linked_too;
  const struct {
    const char* method;
    Credentials credentials;
    Code expected;
  } kCases[] = {
      {"edm.v1.Registry.Join", {}, Code::kOk},
      {"edm.v1.Registry.Register", {}, Code::kUnauthenticated},
      {"edm.v1.Registry.Register", {"person", ""}, Code::kUnauthenticated},
      {"edm.v1.Registry.Register", {"", "w1"}, Code::kOk},
      {"edm.v1.Registry.Register", {"", "w2"}, Code::kUnauthenticated},
      {"edm.v1.Master.GetInstance", {}, Code::kUnauthenticated},
      {"edm.v1.Master.GetInstance", {"person", ""}, Code::kOk},
      {"edm.v1.Master.GetInstance", {"stranger", ""}, Code::kUnauthenticated},
      {"edm.v1.Master.GetInstance", {"", "w1"}, Code::kUnauthenticated},
  };
  for (const auto& one : kCases) {
    const auto caller = Admit(Method(one.method), one.credentials, Known);
    EXPECT_EQ(caller.ok() ? Code::kOk : caller.error().code, one.expected) << one.method;
  }
}

TEST(RpcAccess, LetsOnlyTheMasterCallAWorker) {
  EXPECT_TRUE(OnlyMaster()(Credentials{"", "edm-master"}).ok());
  EXPECT_EQ(OnlyMaster()(Credentials{"", "w1"}).error().code, Code::kPermissionDenied);
}

TEST(RpcAccess, ReadsABearerInAnyCase) {
  EXPECT_EQ(BearerOf("Bearer abc"), "abc");
  EXPECT_EQ(BearerOf("bearer  abc "), "abc");
  EXPECT_EQ(BearerOf("Basic abc"), "");
  EXPECT_EQ(BearerOf(""), "");
}

TEST(Strand, RunsWhatACallbackPostsAfterIt) {
  Strand strand;
  std::string order;
  strand.Post([&] {
    strand.Post([&] { order += 'b'; });
    order += 'a';
  });
  EXPECT_EQ(order, "ab");
}

}  // namespace
}  // namespace edm::rpc
