// Calls GetInstance of a running master, and of a bare gRPC server of the same library that answers with the
// same message, in turn; prints one JSON line per number of callers.
//
// usage: rpc_bench MASTER-ADDRESS ECHO-ADDRESS INSTANCE   (the token on standard input)
//        rpc_bench --echo                                 (the bare server; the answer on standard input,
//        prints its port)

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "edm/v1/master_service.grpc.pb.h"

namespace {

using edm::v1::GetInstanceRequest;
using edm::v1::Instance;
using edm::v1::Master;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kMeasured{3};

class Echo final : public Master::Service {
 public:
  explicit Echo(Instance answer) : answer_(std::move(answer)) {}
  grpc::Status GetInstance(grpc::ServerContext*, const GetInstanceRequest*, Instance* response) override {
    *response = answer_;
    return grpc::Status::OK;
  }

 private:
  Instance answer_;
};

int ServeEcho() {
  Instance answer;
  answer.ParseFromIstream(&std::cin);
  Echo service(answer);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}

struct Measured {
  double per_second = 0;
  double p99_ms = 0;
};

std::vector<double> CallFor(const std::string& address, const std::string& token, const std::string& id,
                            int caller) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("edm.caller", caller);  // a connection of its own
  const auto stub =
      Master::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  std::vector<double> latencies;
  GetInstanceRequest request;
  request.set_id(id);
  for (const auto end = SteadyClock::now() + kMeasured; SteadyClock::now() < end;) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    Instance response;
    const auto began = SteadyClock::now();
    const auto status = stub->GetInstance(&context, request, &response);
    if (!status.ok()) {
      std::fprintf(stderr, "%s: %s\n", address.c_str(), status.error_message().c_str());
      std::exit(1);
    }
    latencies.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - began).count());
  }
  return latencies;
}

Measured Measure(const std::string& address, const std::string& token, const std::string& id, int callers) {
  std::vector<std::vector<double>> parts(static_cast<std::size_t>(callers));
  std::vector<std::jthread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back(
        [&, caller] { parts[static_cast<std::size_t>(caller)] = CallFor(address, token, id, caller); });
  }
  threads.clear();
  std::vector<double> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  std::ranges::sort(all);
  return {static_cast<double>(all.size()) / static_cast<double>(kMeasured.count()),
          all[all.size() * 99 / 100]};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--echo") return ServeEcho();
  if (argc != 4) {
    std::fprintf(stderr,
                 "usage: rpc_bench MASTER-ADDRESS ECHO-ADDRESS INSTANCE (the token on standard input)\n");
    return 2;
  }
  std::string token;
  std::cin >> token;
  for (const int callers : {1, 4, 16}) {
    const auto ours = Measure(argv[1], token, argv[3], callers);
    const auto bare = Measure(argv[2], token, argv[3], callers);
    std::printf(
        R"({"name": "unary", "size": "%d callers", "value": %.1f, "unit": "calls/s", "reference": %.1f, "aim": ">= 0.7"})"
        "\n",
        callers, ours.per_second, bare.per_second);
    std::printf(
        R"({"name": "unary-p99", "size": "%d callers", "value": %.3f, "unit": "ms", "reference": %.3f, "aim": "<= 1.43"})"
        "\n",
        callers, ours.p99_ms, bare.p99_ms);
  }
  return 0;
}
