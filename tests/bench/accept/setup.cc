#include "tests/bench/accept/setup.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <thread>
#include <utility>

#include "common/rpc/status.h"

namespace edm::bench {
namespace {

constexpr int kUploadsAtOnce = 8;
constexpr int kPage = 1'000;
constexpr std::chrono::milliseconds kLookEvery{200};
constexpr std::chrono::seconds kPatience{600};

void Authorize(grpc::ClientContext& context, const std::string& token) {
  context.AddMetadata("authorization", "Bearer " + token);
}

}  // namespace

Setup::Setup(const std::string& address, std::string token)
    : token_(std::move(token)),
      stub_(v1::Master::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

Result<std::vector<std::string>> Setup::JoinTokens(int count) {
  std::vector<std::string> tokens;
  for (int number = 0; number < count; ++number) {
    grpc::ClientContext context;
    Authorize(context, token_);
    v1::CreateTokenRequest request;
    request.set_name(fmt::format("simulated-{}", number));
    request.set_kind(v1::Token::WORKER);
    v1::CreateTokenResponse answer;
    const auto status = stub_->CreateToken(&context, request, &answer);
    if (!status.ok()) return rpc::FromGrpc(status, "token");
    tokens.push_back(answer.secret());
  }
  return tokens;
}

Status Setup::Upload(const std::string& id, const std::string& archive) {
  grpc::ClientContext context;
  Authorize(context, token_);
  v1::Operation operation;
  const auto writer = stub_->UploadSource(&context, &operation);
  v1::UploadSourceRequest request;
  request.set_id(id);
  request.set_create(true);
  request.set_until(v1::Until::RUNNING);
  writer->Write(request);
  v1::UploadSourceRequest data;
  data.set_data(archive);
  writer->Write(data);
  writer->WritesDone();
  const auto status = writer->Finish();
  if (!status.ok()) return rpc::FromGrpc(status, "instance " + id);
  return Ok();
}

Result<std::size_t> Setup::Running() {
  std::size_t count = 0;
  v1::ListInstancesRequest request;
  request.set_phase("RUNNING");
  request.set_page_size(kPage);
  while (true) {
    grpc::ClientContext context;
    Authorize(context, token_);
    v1::ListInstancesResponse page;
    const auto status = stub_->ListInstances(&context, request, &page);
    if (!status.ok()) return rpc::FromGrpc(status, "instances");
    count += static_cast<std::size_t>(page.instances_size());
    if (page.next_page_token().empty()) return count;
    request.set_page_token(page.next_page_token());
  }
}

Result<std::vector<std::string>> Setup::Deploy(const std::string& archive, int count) {
  std::vector<std::string> ids;
  for (int number = 0; number < count; ++number) ids.push_back(fmt::format("accept-{}", number));
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kUploadsAtOnce; ++thread) {
    threads.emplace_back([&] {
      for (auto at = next++; at < ids.size() && !failed; at = next++) {
        const auto status = Upload(ids[at], archive);
        if (!status.ok() && !failed.exchange(true))
          std::fprintf(stderr, "%s\n", ToString(status.error()).c_str());
      }
    });
  }
  threads.clear();
  if (failed) return Error{Code::kInternal, "instances", "one was not deployed", {}, "see above"};
  EDM_CHECK(AwaitRunning(ids.size()));
  return ids;
}

Status Setup::AwaitRunning(std::size_t count) {
  for (const auto end = std::chrono::steady_clock::now() + kPatience;
       std::chrono::steady_clock::now() < end;) {
    EDM_TRY(const auto running, Running());
    if (running >= count) return Ok();
    std::this_thread::sleep_for(kLookEvery);
  }
  return Error{Code::kDeadlineExceeded, "instances", "not all run after 10 min", {}, "see the master's log"};
}

Status Setup::Start(const std::string& id) {
  grpc::ClientContext context;
  Authorize(context, token_);
  v1::StartInstanceRequest request;
  request.set_id(id);
  v1::Operation operation;
  const auto status = stub_->StartInstance(&context, request, &operation);
  if (!status.ok()) return rpc::FromGrpc(status, "instance " + id);
  return Ok();
}

Status Setup::StartAll(const std::vector<std::string>& ids) {
  for (const auto& id : ids) EDM_CHECK(Start(id));
  return AwaitRunning(ids.size());
}

}  // namespace edm::bench
