#include "tests/simulation/end_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/model/trial_name.h"
#include "master/adapters/state/keys.h"
#include "tests/simulation/worker_process.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr auto kInForce = "every acknowledged order is in force in the end";
constexpr auto kNoOrphans = "nothing is left for nobody";

// A delete that did not end in time goes on without its operation, and takes what the records still name.
bool WasDeletedInPart(const master::State& state, const std::string& instance) {
  for (const auto& [id, record] : state.operations.all()) {
    const auto& operation = record->operation;
    if (operation.instance == instance && operation.kind == OperationKind::kDelete &&
        operation.state != OperationState::kDone)
      return true;
  }
  return false;
}

bool IsUsed(const EngineImage& image, const Machine& machine) {
  return std::ranges::any_of(machine.engine.copies(), [&](const auto& copy) {
    return std::ranges::any_of(copy.second.containers,
                               [&](const auto& one) { return one.second.image_id == image.id; });
  });
}

}  // namespace

void EndChecks::Violate(const char* rule, std::string what) { world_.verdict.Violate(rule, std::move(what)); }

const Machine* EndChecks::At(const std::string& worker) const {
  for (const auto& machine : world_.machines) {
    if (machine->id == worker) return machine.get();
  }
  return nullptr;
}

// Where it belongs: on its worker, or, as the only copy that there is, wherever it was left
// (docs/decisions/0010-instances-move.md).
bool EndChecks::IsOn(const std::string& instance, const Machine& machine) const {
  const auto found = state_.instances.Find(instance);
  if (found == nullptr) return false;
  const auto& holder = found->instance.status.worker;
  if (holder == machine.id) return true;
  const auto* there = At(holder);
  if (there == nullptr) return !master::ReleasesOf(state_, instance).empty();
  const auto holding = there->disk.holdings.find(instance);
  return holding == there->disk.holdings.end() || worker::IsBare(holding->second);
}

void EndChecks::Run() {
  CheckPromises();
  for (const auto& [id, record] : state_.instances.all()) {
    CheckInForce(*record);
    CheckPlace(*record);
  }
  CheckReleases();
  CheckAddresses();
  CheckRepos();
  for (const auto& machine : world_.machines) {
    CheckEngine(*machine);
    CheckJournal(*machine);
  }
}

// Each acknowledged operation is there and has ended, unless its instance was deleted since; and the last one
// of each instance is the one that its status speaks of, unless the master moved it then.
void EndChecks::CheckPromises() {
  std::map<std::string, std::pair<std::uint64_t, std::string>> last;
  std::map<std::string, std::uint64_t> sourced;  // after a delete it makes the instance anew
  for (const auto& given : world_.clients.acknowledged()) {
    const auto began = began_.find(given.operation);
    if (began == began_.end())
      return Violate(kInForce, given.operation + " was acknowledged and never stored");
    if (given.kind == OperationKind::kSource) {  // no worker has to do with it
      auto& newest = sourced[given.instance];
      newest = std::max(newest, began->second);
      continue;
    }
    auto& newest = last[given.instance];
    newest = std::max(newest, std::pair(began->second, given.operation));
  }
  for (const auto& [instance, newest] : last) {
    const auto found = state_.instances.Find(instance);
    const auto record = state_.operations.Find(newest.second);
    if (record == nullptr) {
      if (found != nullptr) Violate(kInForce, newest.second + " is gone, and " + instance + " is not");
      continue;
    }
    const auto& operation = record->operation;
    if (!IsTerminal(operation.state)) Violate("every operation ends", operation.id + " is open");
    const bool is_done = operation.state == OperationState::kDone;
    const bool is_made_anew = sourced[instance] > newest.first;
    if (operation.kind == OperationKind::kDelete && is_done && found != nullptr && !is_made_anew)
      Violate(kInForce, instance + " was deleted and is there");
    const auto shown = found == nullptr ? began_.end() : began_.find(found->instance.status.operation);
    if (shown != began_.end() && shown->second < newest.first)
      Violate(kInForce, fmt::format("{} is what {} is about, {} came later", found->instance.status.operation,
                                    instance, newest.second));
  }
}

void EndChecks::CheckInForce(const master::InstanceRecord& record) {
  const auto& one = record.instance;
  const auto last = state_.operations.Find(one.status.operation);
  if (last == nullptr || last->operation.state != OperationState::kDone) return;
  const auto& operation = last->operation;
  const bool runs = one.status.phase == Phase::kRunning;
  switch (operation.kind) {
    case OperationKind::kDeploy:
    case OperationKind::kStart:
    case OperationKind::kRestart:
    case OperationKind::kRollback:
      if (!runs || one.status.release != operation.release)
        Violate(kInForce,
                fmt::format("{} started release {} of {}, which is {} with release {}", operation.id,
                            operation.release, one.id, PhaseName(one.status.phase), one.status.release));
      return;
    case OperationKind::kStop:
      if (runs) Violate(kInForce, operation.id + " stopped " + one.id + ", which runs");
      return;
    default:
      return;
  }
}

// The engines have what the status says, and only where it says.
void EndChecks::CheckPlace(const master::InstanceRecord& record) {
  const auto& one = record.instance;
  const auto* machine = At(one.status.worker);
  const auto* copy = machine ? machine->engine.Find(one.id) : nullptr;
  const bool lives = copy != nullptr && copy->lives();
  if (lives != (one.status.phase == Phase::kRunning))
    return Violate(kInForce, fmt::format("{} is {} and {} on {}", one.id, PhaseName(one.status.phase),
                                         lives ? "lives" : "does not live", one.status.worker));
  if (!lives) return;
  const auto release = copy->containers.begin()->second.release;
  const auto stored = state_.releases.Find(master::ReleaseKey(one.id, one.status.release));
  if (release != one.status.release)
    return Violate(
        kInForce, fmt::format("{} runs release {}, its status says {}", one.id, release, one.status.release));
  if (stored != nullptr && stored->source.commit != copy->commits.begin()->second)
    Violate(kInForce, fmt::format("release {} of {} is not of its commit", release, one.id));
}

// Whatever may be rolled back to has its images.
void EndChecks::CheckReleases() {
  for (const auto& [key, release] : state_.releases.all()) {
    const auto& owner = release->instance;
    if (WasDeletedInPart(state_, owner)) continue;
    const auto* machine = At(release->worker);
    const auto tag = fmt::format("edm/{}/web:r{}", release->instance, release->number);
    // What moved away and was kept is built again where it is wanted.
    if (release->worker.empty()) continue;
    if (machine == nullptr || machine->engine.FindImage(tag) == nullptr)
      Violate("what may be rolled back to is there", tag + " is not on " + release->worker);
    else if (machine->engine.FindImage(tag)->commit != release->source.commit)
      Violate("what may be rolled back to is there", tag + " is of another commit");
    if (state_.instances.Find(release->instance) == nullptr) Violate(kNoOrphans, "release " + key);
  }
}

void EndChecks::CheckAddresses() {
  const auto listed = world_.store.entries.List("instance/");
  std::map<std::string, std::string> addresses;
  for (const auto& entry : listed->entries)
    addresses[entry.key.substr(9, entry.key.size() - 9 - 3)] = entry.value;
  for (const auto& [instance, address] : addresses) {
    const auto found = state_.instances.Find(instance);
    if (found == nullptr) {
      Violate(kNoOrphans, "the address of " + instance);
    } else if (address != found->instance.status.address) {
      Violate(kInForce, fmt::format("{} is at {}, its status says {}", instance, address,
                                    found->instance.status.address));
    }
  }
}

void EndChecks::CheckRepos() {
  for (const auto& [name, repo] : world_.git.repos) {
    if (state_.instances.Find(name.name) == nullptr) {
      Violate(kNoOrphans, "the repo of " + name.name);
      continue;
    }
    auto kept = repo.kept;
    for (const auto& release : master::ReleasesOf(state_, name.name)) {
      const auto commit = kept.extract(release->number);
      if (commit.empty() || commit.mapped() != release->source.commit)
        Violate("what may be rolled back to is there",
                fmt::format("the commit of release {} of {}", release->number, name.name));
    }
    for (const auto& [number, commit] : kept)
      Violate(kNoOrphans, fmt::format("the commit of release {} of {}", number, name.name));
  }
  for (const auto& id : world_.Leader()->events.operations()) {
    if (state_.operations.Find(id) == nullptr) Violate(kNoOrphans, "the event log of " + id);
  }
}

void EndChecks::CheckEngine(const Machine& machine) {
  for (const auto& [project, copy] : machine.engine.copies()) {
    const std::string instance(InstanceOf(project));
    // Volumes stay where they are until somebody deletes them.
    const bool has_more = !copy.containers.empty() || copy.has_network;
    if (has_more && !IsOn(instance, machine))
      Violate(kNoOrphans, project + " on the engine of " + machine.id);
    if (!IsTrial(project)) continue;
    const auto holding = machine.disk.holdings.find(instance);
    if (holding == machine.disk.holdings.end() || !holding->second.trial_until || copy.lives())
      Violate(kNoOrphans, "a trial, " + project + ", on " + machine.id);
  }
  for (const auto& [tag, image] : machine.engine.images()) {
    const auto owner = state_.instances.Find(image.instance);
    const bool is_surplus = owner != nullptr && owner->instance.status.worker == machine.id &&
                            !IsUsed(image, machine) &&
                            !state_.releases.Find(master::ReleaseKey(image.instance, image.release));
    if (!IsOn(image.instance, machine) || is_surplus)
      Violate(kNoOrphans, "image " + tag + " on " + machine.id);
  }
}

void EndChecks::CheckJournal(const Machine& machine) {
  for (const auto& [instance, holding] : machine.disk.holdings) {
    // README.md, "Held less strictly": what is bare may stay.
    if (!IsOn(instance, machine) && !worker::IsBare(holding))
      Violate(kNoOrphans, "the journal of " + instance + " on " + machine.id);
  }
  if (!machine.process) return;
  for (const auto& [name, addresses] : machine.process->ports().held()) {
    const auto holding = machine.disk.holdings.find(name);
    const bool is_bare = holding != machine.disk.holdings.end() && worker::IsBare(holding->second);
    if (!is_bare && !IsOn(std::string(InstanceOf(name)), machine))
      Violate(kNoOrphans, "ports of " + name + " on " + machine.id);
  }
}

}  // namespace edm::simulation
