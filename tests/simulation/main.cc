#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/fakes/temporary_folder.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  unsigned jobs = 1;
  double seconds = 1e9;
  bool is_verbose = false;
  bool wants_table = false;
  bool stops_at_first = false;
  Plan plan;
};

struct Sum {
  std::mutex mutex;
  Coverage coverage;
  std::uint64_t passed = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::uint64_t steps = 0;
};

void RunOne(const Options& options, std::uint64_t seed, const master::Sealer& sealer, Sum& sum) {
  auto plan = options.plan;
  plan.seed = seed;
  plan.is_verbose = options.is_verbose;
  World world(plan, sealer);
  world.Run();
  const std::lock_guard lock(sum.mutex);
  sum.coverage.Add(world.coverage);
  sum.steps += world.agenda.steps();
  const auto& violation = world.verdict.violation();
  if (violation) ++sum.failed;
  if (!violation) ++sum.passed;
  if (options.is_verbose)
    fmt::print("seed {}: {} steps, digest {:016x}\n", seed, world.agenda.steps(), world.verdict.digest());
  if (violation) {
    fmt::print("seed {} at {:.3f} s: {}\n  step by step: edm-simulation --seed {} --verbose\n", seed,
               static_cast<double>(world.agenda.now().count()) / 1000, *violation, seed);
    std::fflush(stdout);
  }
}

int Main(int count, char** arguments) {
  Options options;
  CLI::App app("A whole cluster from one seed: real cores, simulated machines, random faults");
  app.add_option("--seed", options.seed, "the first seed");
  app.add_option("--seeds", options.seeds, "how many, from that one on");
  app.add_option("--jobs", options.jobs, "seeds at once");
  app.add_option("--seconds", options.seconds, "no more seeds after that time");
  app.add_option("--orders", options.plan.orders);
  app.add_option("--faults", options.plan.faults);
  app.add_option("--workers", options.plan.workers);
  app.add_flag("--verbose", options.is_verbose, "each step");
  app.add_flag("--first", options.stops_at_first, "no more seeds after one that fails");
  app.add_flag("--table", options.wants_table, "which transition met which fault how often");
  CLI11_PARSE(app, count, arguments);

  const TemporaryFolder folder;
  const auto sealer = master::Sealer::Open(std::filesystem::path(folder.path()) / "key");
  if (!sealer.ok()) return 2;
  Sum sum;
  const auto begun = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next = options.seed;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < options.jobs; ++i) {
      threads.emplace_back([&] {
        while (true) {
          const auto seed = next++;
          const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begun;
          const bool is_enough =
              since.count() >= options.seconds || (options.stops_at_first && sum.failed > 0);
          if (seed >= options.seed + options.seeds || is_enough) return;
          RunOne(options, seed, *sealer, sum);
        }
      });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  const auto ran = sum.passed + sum.failed;
  if (options.wants_table) fmt::print("{}", sum.coverage.Table());
  fmt::print("{} seeds in {:.1f} s, {:.0f} a second, {} steps each\n{} passed, {} failed\n", ran,
             took.count(), static_cast<double>(ran) / took.count(), sum.steps / ran, sum.passed,
             sum.failed.load());
  return sum.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace edm::simulation

int main(int count, char** arguments) { return edm::simulation::Main(count, arguments); }
