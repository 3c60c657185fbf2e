// Places instances on simulated workers, each of which reports its load once a second, by what the master
// uses and by a full scan of every worker beside it; prints one JSON line per figure.
//
// usage: placement_bench                  times and memory
//        placement_bench WORKERS INSTANCES   of one size, without the full scan
//        placement_bench --same CLUSTERS  both choose the same in so many random clusters; exits 1 when not

#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/version.h"
#include "master/core/placement/promises.h"
#include "master/core/placement/request_for.h"
#include "tests/fakes/master/random_cluster.h"

namespace edm::master {
namespace {

constexpr std::size_t kSizes = 2;          // of what they say they take
constexpr std::size_t kProjectsEach = 10;  // instances of one project

// Every filter has something to judge and every score something to weigh.
Instance InstanceOf(std::size_t number) {
  const auto project = number / kProjectsEach;
  Instance instance;
  instance.id = fmt::format("instance-{}", number);
  instance.owner = "default";
  instance.project = fmt::format("project-{}", project);
  instance.spec.memory_mib = 64U << number % kSizes;
  instance.spec.cpus = 0.1;
  instance.spec.worker_labels = {{"tier", "one"}};
  auto& wants = instance.spec.requirements;
  wants.architecture = "x86_64";
  wants.gpus = 1;
  wants.disk_mib = 100;
  wants.host_ports = {static_cast<std::uint32_t>(8'000 + project % 1'000)};
  wants.apart_from = {fmt::format("instance-{}", number / 2)};
  wants.one_per_worker = true;
  wants.affinities = {{"disk", "ssd", 40}};
  wants.spread_by = "zone";
  return instance;
}

Load LoadOf(std::size_t worker, std::uint64_t second) {
  const auto noise = (worker * 2'654'435'761U + second * 40'503U) % 997;
  Load load;
  load.cpu = load.cpu_lasting = static_cast<double>(noise) / 1'500;
  load.memory_total_mib = 65'536;
  load.memory_available_mib = 60'000 - static_cast<std::uint32_t>(noise);
  load.disk_total_mib = 500'000;
  load.disk_free_mib = 450'000;
  load.running = 3;
  load.networks_free = 200;
  return load;
}

std::shared_ptr<WorkerRecord> WorkerOf(std::size_t number) {
  auto worker = std::make_shared<WorkerRecord>();
  auto& facts = worker->facts;
  facts.id = fmt::format("worker-{}", number);
  facts.rpc_address = fmt::format("10.{}.{}.{}:8834", number >> 16U, number >> 8U & 255U, number & 255U);
  facts.public_address = facts.rpc_address.substr(0, facts.rpc_address.find(':'));
  facts.cores = 16;
  facts.gpus = number % 2 == 0 ? 64 : 0;
  facts.architecture = number % 20 == 0 ? "aarch64" : "x86_64";
  facts.labels = {{"zone", fmt::format("zone-{}", number % 5)},
                  {"disk", number % 3 == 0 ? "ssd" : "hdd"},
                  {"tier", number % 10 == 0 ? "two" : "one"}};
  worker->state = number % 100 == 7 ? WorkerState::kLost : WorkerState::kReady;
  worker->availability = number % 50 == 9 ? Availability::kClosed : Availability::kActive;
  worker->session = "0123456789abcdef01234567";
  worker->protocol = kProtocolNewest;
  TakeSample(*worker, LoadOf(number, 0), {});
  return worker;
}

class Bench {
 public:
  explicit Bench(std::size_t workers) {
    for (std::size_t number = 0; number < workers; ++number) {
      workers_.push_back(WorkerOf(number));
      numbers_.emplace(workers_.back()->facts.id, number);
    }
    for (const auto& worker : workers_) placer_.WorkerChanged(worker);
  }

  // The records are this bench's own, so they are changed where they are.
  void Report(std::size_t number) {
    auto& worker = *workers_[number];
    TakeSample(worker, LoadOf(number, ++reports_ / workers_.size() + 1), {});
    placer_.WorkerChanged(workers_[number]);
  }

  Placement Choose(const PlacementRequest& request, bool naive) {
    return naive ? placer_.InFull(request, {}, {}) : placer_.Place(request, {}, {}).placement;
  }

  void Promise(InstanceRecord& record, const std::string& chosen) {
    auto& worker = workers_[numbers_.at(chosen)];
    worker->reservations.push_back({.operation = record.instance.id,
                                    .memory_mib = record.instance.spec.memory_mib,
                                    .disk_mib = record.instance.spec.requirements.disk_mib,
                                    .new_network = true});
    record.instance.status.worker = chosen;
    record.instance.status.phase = Phase::kPlaced;
    placer_.WorkerChanged(worker);
    placer_.InstanceChanged(record);
  }

  std::size_t workers() const { return workers_.size(); }
  const State& state() const { return state_; }

 private:
  State state_;
  Placer placer_;
  std::vector<std::shared_ptr<WorkerRecord>> workers_;
  std::unordered_map<std::string, std::size_t> numbers_;
  std::uint64_t reports_ = 0;
};

struct Measured {
  double seconds = 0;
  std::size_t placed = 0;
  double bytes_per_instance = 0;
};

// With one report of each worker in between, spread evenly: the load of one second.
Measured Run(Bench& bench, std::size_t instances, bool naive) {
  std::vector<InstanceRecord> records(instances);
  for (std::size_t number = 0; number < instances; ++number) records[number].instance = InstanceOf(number);
  std::vector<Placement> placements;
  placements.reserve(instances);
  const auto before = mallinfo2().uordblks;
  std::size_t reported = 0;
  Measured measured;
  const auto began = std::clock();
  for (std::size_t number = 0; number < instances; ++number) {
    for (const auto due = bench.workers() * (number + 1) / instances; reported < due; ++reported)
      bench.Report(reported);
    const auto request = RequestFor(bench.state(), records[number], {});
    placements.push_back(bench.Choose(request, naive));
    if (placements.back().worker.empty()) continue;
    ++measured.placed;
    bench.Promise(records[number], placements.back().worker);
  }
  // Of the processor: it is one thread that never waits.
  measured.seconds = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  measured.bytes_per_instance =
      static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(instances);
  return measured;
}

void Row(const std::string& name, const std::string& size, double value, const char* unit,
         const std::string& reference = "null", const char* aim = "") {
  fmt::print(
      "{{\"name\": \"{}\", \"size\": \"{}\", \"value\": {}, \"unit\": \"{}\", \"reference\": {}, \"aim\": "
      "\"{}\"}}\n",
      name, size, value, unit, reference, aim);
  std::fflush(stdout);
}

struct Size {
  std::size_t workers;
  std::size_t instances;
  const char* swarmkit;  // seconds that its own benchmark takes on a machine of two cores
  std::size_t naive;     // instances that the full scan places: its time is that of all, by proportion
};

void Times() {
  static constexpr Size kRuns[] = {{100, 10'000, "null", 2'000},
                                   {1'000, 10'000, "1.02", 500},
                                   {10'000, 1'000, "null", 50},
                                   {100'000, 1'000, "8.3", 5}};
  for (const auto& size : kRuns) {
    const auto text = fmt::format("{} on {}", size.instances, size.workers);
    const auto before = mallinfo2().uordblks;
    Bench bench(size.workers);
    const auto ours = Run(bench, size.instances, false);
    const auto per_worker =
        static_cast<double>(mallinfo2().uordblks - before) / static_cast<double>(size.workers);
    Row("placement", text, ours.seconds, "s", size.swarmkit,
        std::string_view(size.swarmkit) == "null" ? "" : "<= 0.02");
    Row("placement-each", text, ours.seconds / static_cast<double>(size.instances) * 1e6, "us");
    Row("placement-placed", text, static_cast<double>(ours.placed), "instances");
    Bench scanned(size.workers);
    const auto naive = Run(scanned, size.naive, true);
    const auto factor = static_cast<double>(size.instances) / static_cast<double>(size.naive);
    Row("placement-scan", text, naive.seconds * factor, "s", size.swarmkit);
    Row("placement-worker", text, per_worker, "B/worker");
    Row("placement-instance", text, ours.bytes_per_instance, "B/instance");
  }
}

int Same(std::uint64_t clusters) {
  std::uint64_t placements = 0, different = 0;
  for (std::uint64_t seed = 1; seed <= clusters; ++seed) {
    RandomCluster cluster(seed, 9 + seed * 7 % 90);
    const PlacementPolicy policy{.seed = seed};
    for (int step = 0; step < 12; ++step) {
      for (auto changes = cluster.Below(6); changes > 0; --changes) cluster.Change();
      auto instance = cluster.NextInstance();
      const auto request = RequestFor(cluster.state(), instance, {});
      Sites fresh(cluster.state());
      const auto wanted = Place(request, fresh, policy, cluster.now.wall).worker;
      const auto found = cluster.placer().Place(request, policy, cluster.now.wall).placement.worker;
      ++placements;
      if (found != wanted) {
        ++different;
        fmt::print(stderr, "seed {}, step {}: {} instead of {}\n", seed, step, found, wanted);
      }
      if (!wanted.empty()) cluster.Settle(std::move(instance), wanted);
    }
  }
  Row("placement-same", fmt::format("{} clusters", clusters), static_cast<double>(placements - different),
      "placements");
  Row("placement-different", fmt::format("{} clusters", clusters), static_cast<double>(different),
      "placements", "null", "<= 0");
  return different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace edm::master

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--same")
    return edm::master::Same(std::strtoull(argv[2], nullptr, 10));
  if (argc == 3) {
    edm::master::Bench bench(std::strtoull(argv[1], nullptr, 10));
    std::printf("%f s\n", edm::master::Run(bench, std::strtoull(argv[2], nullptr, 10), false).seconds);
    return 0;
  }
  edm::master::Times();
  return 0;
}
