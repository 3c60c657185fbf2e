#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <future>
#include <thread>

#include "tests/integration/rpc_fixture.h"

namespace edm::rpc {
namespace {

using testing::kToken;

class RpcServer : public ::testing::Test {
 protected:
  RpcServer() { testing::ServeScript(table_, notes_); }
  // Before what handlers refer to goes away.
  ~RpcServer() override { server_.reset(); }

  void Start(GrpcServerOptions options = {}) {
    options.ports = {{"127.0.0.1:0", std::nullopt, false}};
    auto started = GrpcServer::Start(table_, testing::KnowsAda, std::move(options));
    ASSERT_TRUE(started.ok()) << ToString(started.error());
    server_ = std::move(started).value();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server_->ports()[0]); }
  std::unique_ptr<v1::Master::Stub> Stub(const std::string& bearer = kToken) {
    return v1::Master::NewStub(Dial({address(), std::nullopt, bearer}).value());
  }
  Result<v1::Instance> Get(const std::string& id, const std::string& bearer = kToken,
                           Millis deadline = Millis(5'000)) {
    v1::GetInstanceRequest request;
    request.set_id(id);
    const auto stub = Stub(bearer);
    return Call(*stub, &v1::Master::Stub::GetInstance, request, "instance " + id, {deadline, false});
  }

  // One message there and one back, as bytes.
  std::string RawCall(const std::string& path, const std::string& request) {
    grpc::GenericStub stub(Dial({address(), std::nullopt, ""}).value());
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareCall(&context, path, &queue);
    const auto await = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
    };
    call->StartCall(nullptr);
    await();
    const grpc::Slice slice(request);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
    await();
    grpc::ByteBuffer response;
    call->Read(&response, nullptr);
    await();
    grpc::Slice answer;
    if (!response.Valid() || !response.DumpToSingleSlice(&answer).ok()) return "no answer";
    context.TryCancel();
    return {reinterpret_cast<const char*>(answer.begin()), answer.size()};
  }

  MethodTable table_;
  testing::Notes notes_;
  std::unique_ptr<GrpcServer> server_;
};

TEST_F(RpcServer, AnswersAUnaryCallAndKnowsTheCaller) {
  Start();
  const auto instance = Get("shop");
  ASSERT_TRUE(instance.ok()) << ToString(instance.error());
  EXPECT_EQ(instance->id(), "shop");
  EXPECT_EQ(instance->owner(), "ada");
}

TEST_F(RpcServer, CarriesAHandlersErrorWholly) {
  Start();
  const auto instance = Get("none");
  ASSERT_FALSE(instance.ok());
  EXPECT_EQ(instance.error(),
            (Error{Code::kNotFound, "instance none", "there is no such instance", {"looked"}, "edmctl ls"}));
}

TEST_F(RpcServer, RefusesWhoShowsNoTokenAWrongOneOrOneOfAnotherKind) {
  Start();
  EXPECT_EQ(Get("shop", "").error().code, Code::kUnauthenticated);
  EXPECT_EQ(Get("shop", "guessed").error().code, Code::kUnauthenticated);
  EXPECT_EQ(Get("shop", "joins-a-worker").error().code, Code::kPermissionDenied);
}

TEST_F(RpcServer, EndsACallWhoseHandlerForgotIt) {
  Start();
  EXPECT_EQ(Get("drop").error().code, Code::kInternal);
}

TEST_F(RpcServer, TellsTheHandlerAtTheDeadline) {
  Start();
  EXPECT_EQ(Get("hang", kToken, Millis(300)).error().code, Code::kDeadlineExceeded);
  EXPECT_TRUE(notes_.Await("get cancelled"));
}

TEST_F(RpcServer, SaysWhichMethodWasMeant) {
  Start();
  grpc::TemplatedGenericStub<v1::GetInstanceRequest, v1::Instance> stub(
      Dial({address(), std::nullopt, kToken}).value());
  grpc::ClientContext context;
  v1::GetInstanceRequest request;
  v1::Instance response;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, "/edm.v1.Master/GetInstanse", {}, &request, &response,
                 [&](grpc::Status status) { ended.set_value(std::move(status)); });
  const auto error = FromGrpc(ended.get_future().get(), "");
  EXPECT_EQ(error.code, Code::kUnimplemented);
  EXPECT_EQ(error.hint, "did you mean GetInstance?");
}

TEST_F(RpcServer, AnswersHealthAndStopsBeingHealthy) {
  Start();
  const auto check = [this] { return RawCall("/grpc.health.v1.Health/Check", ""); };
  EXPECT_EQ(check(), std::string("\x08\x01"));
  server_->SetServing(false);
  EXPECT_EQ(check(), std::string("\x08\x02"));
}

TEST_F(RpcServer, ListsItsServicesByReflection) {
  Start();
  const std::string list_services("\x3a\x01*", 3);
  const auto answer =
      RawCall("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services);
  EXPECT_NE(answer.find("edm.v1.Master"), std::string::npos) << answer;
}

TEST_F(RpcServer, TakesAnUploadPieceByPiece) {
  Start();
  const auto stub = Stub();
  grpc::ClientContext context;
  v1::Operation operation;
  const auto writer = stub->UploadSource(&context, &operation);
  v1::UploadSourceRequest request;
  request.set_id("shop");
  request.set_until(v1::Until::BUILT);
  ASSERT_TRUE(writer->Write(request));
  request.Clear();
  request.set_data(std::string(256 * 1024, 'x'));
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(writer->Write(request));
  writer->WritesDone();
  ASSERT_TRUE(writer->Finish().ok());
  EXPECT_EQ(operation.id(), std::to_string(64 * 256 * 1024));
  EXPECT_TRUE(notes_.Seen("upload of shop until 2"));
}

TEST_F(RpcServer, NeverTakesABrokenUploadForAWholeOne) {
  Start();
  const auto stub = Stub();
  v1::UploadSourceRequest request;
  request.set_id("shop");
  request.set_data(std::string(1000, 'x'));
  for (int i = 0; i < 40; ++i) {
    grpc::ClientContext context;
    v1::Operation operation;
    const auto writer = stub->UploadSource(&context, &operation);
    for (int j = 0; j <= i % 4; ++j) writer->Write(request);
    EXPECT_TRUE(i > 0 || notes_.Await("upload of shop until 0"));
    context.TryCancel();
    writer->Finish();
  }
  EXPECT_TRUE(notes_.Await("upload cancelled"));
  std::this_thread::sleep_for(Millis(100));
  EXPECT_FALSE(notes_.Seen("upload ended"));
}

TEST_F(RpcServer, StreamsToTheEnd) {
  Start();
  const auto stub = Stub();
  grpc::ClientContext context;
  v1::WatchOperationRequest request;
  request.set_id("3");
  const auto reader = stub->WatchOperation(&context, request);
  v1::OperationEvent event;
  std::string cursors;
  while (reader->Read(&event)) cursors += event.cursor();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(cursors, "123");
}

TEST_F(RpcServer, TellsTheHandlerThatAWatchingClientLeft) {
  Start();
  const auto stub = Stub();
  grpc::ClientContext context;
  v1::WatchOperationRequest request;
  request.set_id("endless");
  const auto reader = stub->WatchOperation(&context, request);
  v1::OperationEvent event;
  ASSERT_TRUE(reader->Read(&event));
  context.TryCancel();
  EXPECT_TRUE(notes_.Await("watch lost its client"));
  EXPECT_TRUE(notes_.Await("watch cancelled"));
}

TEST_F(RpcServer, EndsAStreamWhoseClientReadsTooSlowly) {
  GrpcServerOptions options;
  options.outbox_bytes_max = 64 * 1024;
  Start(std::move(options));
  const auto stub = Stub();
  grpc::ClientContext context;
  v1::WatchOperationRequest request;
  request.set_id("flood");
  const auto reader = stub->WatchOperation(&context, request);
  ASSERT_TRUE(notes_.Await("flood refused"));
  v1::OperationEvent event;
  int read = 0;
  while (reader->Read(&event)) ++read;
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_LT(read, 2'000);
}

TEST_F(RpcServer, EchoesBothWays) {
  Start();
  const auto stub = Stub();
  grpc::ClientContext context;
  const auto stream = stub->Exec(&context);
  v1::ExecInput input;
  input.mutable_start()->set_id("shop");
  ASSERT_TRUE(stream->Write(input));
  v1::ExecOutput output;
  for (const std::string text : {"one", "two", "three"}) {
    input.set_input(text);
    ASSERT_TRUE(stream->Write(input));
    ASSERT_TRUE(stream->Read(&output));
    EXPECT_EQ(output.output(), text);
  }
  stream->WritesDone();
  ASSERT_TRUE(stream->Read(&output));
  EXPECT_EQ(output.exit_code(), 7);
  EXPECT_FALSE(stream->Read(&output));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(RpcServer, RefusesMoreCallsThanItsLimit) {
  GrpcServerOptions options;
  options.calls_max = 1;
  Start(std::move(options));
  auto hanging = std::async(std::launch::async, [this] { return Get("hang", kToken, Millis(1'500)); });
  ASSERT_TRUE(notes_.Await("get hangs"));
  EXPECT_EQ(Get("shop").error().code, Code::kResourceExhausted);
  EXPECT_EQ(hanging.get().error().code, Code::kDeadlineExceeded);
  for (int i = 0; i < 100 && server_->calls() > 0; ++i) std::this_thread::sleep_for(Millis(10));
  EXPECT_TRUE(Get("shop").ok());
}

TEST_F(RpcServer, RefusesARequestAboveTheMessageLimit) {
  GrpcServerOptions options;
  options.message_bytes_max = 10'000;
  Start(std::move(options));
  EXPECT_EQ(Get(std::string(20'000, 'x')).error().code, Code::kResourceExhausted);
}

TEST_F(RpcServer, StopsWithStreamsOpenAndTellsBothSides) {
  Start();
  const auto stub = Stub();
  grpc::ClientContext context;
  v1::WatchOperationRequest request;
  request.set_id("quiet");
  const auto reader = stub->WatchOperation(&context, request);
  auto hanging = std::async(std::launch::async, [this] { return Get("hang"); });
  ASSERT_TRUE(notes_.Await("watch quiet"));
  ASSERT_TRUE(notes_.Await("get hangs"));
  const auto began = std::chrono::steady_clock::now();
  server_->Shutdown(Millis(500));
  EXPECT_LT(std::chrono::steady_clock::now() - began, Millis(4'000));
  v1::OperationEvent event;
  EXPECT_FALSE(reader->Read(&event));
  const auto error = FromGrpc(reader->Finish(), "");
  EXPECT_EQ(error.code, Code::kUnavailable);
  EXPECT_EQ(error.cause, "it is stopping");
  EXPECT_TRUE(notes_.Await("watch cancelled"));
  EXPECT_TRUE(notes_.Await("get cancelled"));
  EXPECT_FALSE(hanging.get().ok());
}

TEST_F(RpcServer, RefusesAnAddressThatIsTaken) {
  Start();
  GrpcServerOptions options;
  options.ports = {{address(), std::nullopt, false}};
  const auto second = GrpcServer::Start(table_, testing::KnowsAda, std::move(options));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_EQ(second.error().object, "address " + address());
}

TEST_F(RpcServer, WillNotSendATokenInTheClearToAnotherMachine) {
  EXPECT_EQ(Dial({"10.0.0.1:8800", std::nullopt, kToken}).error().code, Code::kInvalidArgument);
  EXPECT_TRUE(Dial({"10.0.0.1:8800", std::nullopt, ""}).ok());
}

}  // namespace
}  // namespace edm::rpc
