// Simulated workers and clients of a running master: deploys instances, says "loaded", waits for a line on
// standard input, then gives orders for some seconds with each number of callers and prints what it measured.
//
// usage: accept_bench PEOPLE-ADDRESS CLUSTER-ADDRESS WORKERS INSTANCES ARCHIVE SECONDS CALLERS...
//        (the token on the first line of standard input)

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/bench/accept/orders.h"
#include "tests/bench/accept/setup.h"
#include "tests/fakes/simulated_workers.h"

namespace {

using namespace edm;

double Percentile(const std::vector<double>& sorted, std::size_t percent) {
  return sorted.empty() ? 0 : sorted[sorted.size() * percent / 100];
}

void Print(int callers, const bench::Orders::Figures& figures) {
  fmt::print(
      R"({{"callers": {}, "orders": {}, "refused": {}, "why": "{}", "per_second": {:.1f}, "accept_p50_ms": {:.2f}, )"
      R"("accept_p99_ms": {:.2f}, "ack_p50_ms": {:.2f}, "ack_p99_ms": {:.2f}}})"
      "\n",
      callers, figures.orders, figures.refused, figures.first_refusal,
      static_cast<double>(figures.orders) / figures.seconds, Percentile(figures.accept_ms, 50),
      Percentile(figures.accept_ms, 99), Percentile(figures.ack_ms, 50), Percentile(figures.ack_ms, 99));
  std::fflush(stdout);
}

Status Measure(char** argv, int callers_from, int argc) {
  const std::string people = argv[1];
  std::string token;
  std::getline(std::cin, token);
  std::ifstream file(argv[5], std::ios::binary);
  const std::string archive{std::istreambuf_iterator<char>(file), {}};

  bench::Setup setup(people, token);
  EDM_TRY(const auto tokens, setup.JoinTokens(std::atoi(argv[3])));
  std::atomic<bench::Orders*> orders{nullptr};
  EDM_TRY(const auto workers,
          SimulatedWorkers::Start(argv[2], tokens, [&orders](const std::string& instance) {
            if (auto* listener = orders.load()) listener->OnOrder(instance);
          }));
  EDM_TRY(const auto instances, setup.Deploy(archive, std::atoi(argv[4])));
  std::puts("loaded");
  std::fflush(stdout);
  std::string go;
  std::getline(std::cin, go);

  std::vector<std::unique_ptr<bench::Orders>> rounds;
  for (int at = callers_from; at < argc; ++at) {
    const int callers = std::atoi(argv[at]);
    // All run again, whatever the round before left.
    rounds.push_back(std::make_unique<bench::Orders>(people, token, instances, callers));
    orders = rounds.back().get();
    Print(callers, rounds.back()->Run(std::chrono::seconds(std::atoi(argv[6]))));
    orders = nullptr;
    EDM_CHECK(setup.StartAll(instances));
  }
  return Ok();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 8) {
    std::fprintf(stderr,
                 "usage: accept_bench PEOPLE-ADDRESS CLUSTER-ADDRESS WORKERS INSTANCES ARCHIVE SECONDS "
                 "CALLERS... (the token on standard input)\n");
    return 2;
  }
  if (const auto status = Measure(argv, 7, argc); !status.ok()) {
    std::fprintf(stderr, "%s\n", ToString(status.error()).c_str());
    return 1;
  }
  return 0;
}
