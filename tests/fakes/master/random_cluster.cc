#include "tests/fakes/master/random_cluster.h"

#include <fmt/format.h>

#include <array>

#include "common/base/version.h"
#include "common/model/member_name.h"
#include "master/core/placement/promises.h"

namespace edm::master {
namespace {

constexpr std::array kZones = {"north", "south", "west", ""};
constexpr std::array kProjects = {"shop", "blog", "wiki", "mail", "lab"};
constexpr std::array<std::uint32_t, 4> kMemories = {0, 256, 1'024, 8'192};

constexpr std::uint64_t kSetNumbers = 40;  // of instances, of which every fourth is a member of one set

std::string IdOf(std::uint64_t number) {
  if (number % 4 != 3) return fmt::format("i{}", number);
  return MemberOf(fmt::format("set{}", number / kSetNumbers),
                  static_cast<std::uint32_t>(number % kSetNumbers + 1));
}

}  // namespace

RandomCluster::RandomCluster(std::uint64_t seed, std::size_t workers) : dice_(seed), workers_(workers) {
  Draft draft(state_, now);
  for (std::size_t number = 0; number < workers; ++number) draft.Put(NewWorker(number));
}

std::string RandomCluster::WorkerId(std::size_t number) { return fmt::format("worker-{}", number); }

WorkerRecord RandomCluster::NewWorker(std::size_t number) {
  WorkerRecord worker;
  auto& facts = worker.facts;
  facts.id = WorkerId(number);
  facts.rpc_address = facts.id + ":8834";
  facts.public_address = "10.0.0.1";
  facts.cores = 2U << Below(4);
  facts.gpus = OneIn(4) ? static_cast<std::uint32_t>(1 + Below(4)) : 0;
  facts.architecture = OneIn(10) ? "aarch64" : "x86_64";
  if (const std::string zone = kZones[Below(kZones.size())]; !zone.empty()) facts.labels["zone"] = zone;
  facts.labels["disk"] = OneIn(3) ? "ssd" : "hdd";
  worker.state = WorkerState::kReady;
  worker.session = "session";
  worker.protocol = kProtocolNewest;
  worker.seen = now.steady;
  if (OneIn(30)) worker.availability = OneIn(2) ? Availability::kClosed : Availability::kEmptying;
  if (OneIn(40)) worker.state = WorkerState::kLost;
  if (!OneIn(50)) TakeSample(worker, NewLoad(worker), now.steady);
  return worker;
}

Load RandomCluster::NewLoad(const WorkerRecord& worker) {
  Load load;
  // Few different figures: equals are what a tie is broken between.
  load.cpu = load.cpu_lasting = OneIn(2) ? 0.05 : static_cast<double>(Below(20)) / 20;
  load.memory_total_mib = worker.facts.cores * 4'096;
  load.memory_available_mib = load.memory_total_mib / 8 * static_cast<std::uint32_t>(Below(9));
  load.disk_total_mib = 100'000;
  load.disk_free_mib = OneIn(20) ? 500 : static_cast<std::uint32_t>(5'000 + 5'000 * Below(18));
  load.running = static_cast<std::uint32_t>(Below(5));
  load.building = static_cast<std::uint32_t>(Below(3));
  load.networks_free = static_cast<std::uint32_t>(Below(100));
  load.sampled_at = now.wall;
  return load;
}

Requirements RandomCluster::NewRequirements() {
  Requirements wants;
  if (OneIn(8)) wants.architecture = "x86_64";
  if (OneIn(12)) wants.gpus = 1;
  if (OneIn(6)) wants.disk_mib = 10'000;
  if (OneIn(6)) wants.host_ports = {static_cast<std::uint32_t>(8'000 + Below(4))};
  if (OneIn(8) && instances_ > 0) {
    const auto other = IdOf(Below(instances_));
    wants.apart_from = {OneIn(2) ? SetOf(other) : other};
  }
  wants.one_per_worker = OneIn(8);
  if (OneIn(4)) wants.affinities = {{"disk", "ssd", OneIn(2) ? 40 : -60}};
  if (OneIn(3)) wants.spread_by = "zone";
  if (OneIn(5)) wants.strategy = Strategy::kBinpack;
  return wants;
}

InstanceRecord RandomCluster::NextInstance() {
  InstanceRecord record;
  auto& instance = record.instance;
  instance.id = IdOf(instances_++);
  instance.owner = "default";
  instance.project = OneIn(3) ? instance.id : kProjects[Below(kProjects.size())];
  instance.spec.memory_mib = kMemories[Below(kMemories.size())];
  if (OneIn(4)) instance.spec.cpus = 0.5;
  if (OneIn(6)) instance.spec.worker_labels = {{"zone", "north"}};
  instance.spec.requirements = NewRequirements();
  return record;
}

void RandomCluster::Settle(InstanceRecord instance, const std::string& worker) {
  Draft draft(state_, now);
  const auto id = instance.instance.id;
  instance.instance.status.worker = worker;
  instance.instance.status.phase = Phase::kRunning;
  if (OneIn(2)) {
    auto found = *state_.workers.Find(worker);
    found.reservations.push_back({.operation = id, .memory_mib = kMemoryDefaultMib, .new_network = OneIn(2)});
    draft.PutVolatile(std::move(found));
  }
  draft.PutStatus(std::move(instance));
}

void RandomCluster::Report(std::size_t number) {
  const auto found = state_.workers.Find(WorkerId(number));
  if (found == nullptr) return;
  auto worker = *found;
  TakeSample(worker, NewLoad(worker), now.steady);
  worker.seen = now.steady;
  Draft(state_, now).PutVolatile(std::move(worker));
}

void RandomCluster::ChangeWorker() {
  const auto found = state_.workers.Find(WorkerId(Below(workers_)));
  if (found == nullptr) return;
  auto worker = *found;
  const auto what = Below(6);
  if (what == 0) worker.facts.labels["zone"] = OneIn(2) ? "north" : "east";
  if (what == 1) worker.availability = static_cast<Availability>(Below(3));
  if (what == 2) worker.state = OneIn(2) ? WorkerState::kLost : WorkerState::kReady;
  if (what == 3) worker.refused_in_a_row = OneIn(2) ? kSamplesRefusedMax : 0;
  if (what == 4) worker.reservations.clear();
  if (what == 5) worker.settling = static_cast<double>(Below(8)) / 2;
  Draft(state_, now).Put(std::move(worker));
}

void RandomCluster::ChangeInstance() {
  if (instances_ == 0) return;
  const auto found = state_.instances.Find(IdOf(Below(instances_)));
  if (found == nullptr) return;
  Draft draft(state_, now);
  if (OneIn(3)) return draft.RemoveInstance(found->instance.id);
  auto changed = *found;
  if (OneIn(2)) changed.instance.status.worker = WorkerId(Below(workers_));
  if (OneIn(2)) changed.instance.status.endpoints = {{.port = static_cast<std::uint16_t>(8'000 + Below(4))}};
  if (OneIn(4)) changed.instance.spec.requirements = NewRequirements();
  draft.PutStatus(std::move(changed));
}

void RandomCluster::Change() {
  const auto what = Below(10);
  if (what < 6) return Report(Below(workers_));
  if (what == 6) return ChangeInstance();
  if (what == 7) return ChangeWorker();
  auto instance = NextInstance();
  const auto worker = WorkerId(Below(workers_));
  if (state_.workers.Find(worker) != nullptr) Settle(std::move(instance), worker);
}

}  // namespace edm::master
