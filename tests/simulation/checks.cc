#include "tests/simulation/checks.h"

#include <fmt/format.h>

#include "common/model/trial_name.h"
#include "master/adapters/state/codec.h"
#include "master/adapters/state/keys.h"
#include "master/core/evict.h"
#include "tests/simulation/end_checks.h"
#include "tests/simulation/recipe.h"
#include "tests/simulation/transitions.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kShownAfter{5'000};  // as long as a worker may be silent without being lost, and more

}  // namespace

void Checks::OnLeads(Node master, const master::State& state) {
  world_.verdict.Tell("master", [&] { return fmt::format("{} leads, epoch {}", master, state.epoch); });
  if (!epochs_.insert(state.epoch).second)
    world_.verdict.Violate("an epoch is one master's", "epoch " + std::to_string(state.epoch) + " again");
  const auto is_current = [&](const master::OperationRecord& record) {
    const auto instance = state.instances.Find(record.operation.instance);
    return instance != nullptr && instance->instance.status.operation == record.operation.id;
  };
  // Of those that nobody was told of, an instance's newest comes last.
  for (const bool current : {false, true}) {
    for (const auto& [id, record] : state.operations.all()) {
      if (is_current(*record) != current) continue;
      // One that stood still since it read this may have been followed by another, who went on from there.
      if (state.epoch == EpochInForce()) OnOperation(*record);
      delivered_[{state.epoch, id, record->attempt}] = record->worker_cursor;
    }
  }
}

void Checks::OnWrite(std::uint32_t epoch, const std::vector<KvOp>& ops) {
  world_.verdict.Note(ops.size());
  if (epoch == 0) return;  // its taking
  const auto newest = EpochInForce();
  if (epoch != newest)
    world_.verdict.Violate("epochs are respected",
                           fmt::format("a write of epoch {} after {} began", epoch, newest));
}

std::uint32_t Checks::EpochInForce() {
  const auto entry = world_.store.entries.Get(std::string(master::keys::kEpoch));
  return entry.ok() && *entry ? static_cast<std::uint32_t>(std::stoul((*entry)->value)) : 0;
}

void Checks::OnStored(std::uint32_t epoch, const master::Change& change) {
  if (epoch != EpochInForce()) return;  // the next one has read it, and may have gone on from there
  if (const auto* status = std::get_if<master::StoredStatus>(&change); status != nullptr && status->record)
    OnStatus(*status->record);
  const auto* operation = std::get_if<master::Stored<master::OperationRecord>>(&change);
  if (operation != nullptr && operation->record) OnOperation(*operation->record);
}

void Checks::OnStatus(const master::InstanceRecord& record) {
  world_.verdict.Tell("status", [&] {
    const auto& status = record.instance.status;
    return fmt::format("{} attempt {} of {} on {}: {} release {}{}", record.instance.id, status.attempt,
                       record.attempts, status.worker, PhaseName(status.phase), status.release,
                       status.keeps_data ? ", keeps data" : "");
  });
}

void Checks::OnOperation(const master::OperationRecord& record) {
  const auto& one = record.operation;
  auto [at, is_new] = operations_.try_emplace(one.id);
  auto& seen = at->second;
  if (is_new) {
    seen = {one.state, record.plan.stage, ++orders_};
    const bool is_asked_for = !one.request_id.empty();  // or the master's own
    const auto [request, is_first] = requests_.try_emplace(one.request_id, one.id);
    if (is_asked_for && !is_first)
      world_.verdict.Violate("a request is done once",
                             one.request_id + " began " + request->second + " and " + one.id);
  }
  if (IsTerminal(seen.state) && one.state != seen.state)
    world_.verdict.Violate("an end is for ever",
                           one.id + " takes another: " + StageStep(seen.stage, record.plan.stage, one.state));
  if (record.plan.stage < seen.stage)
    world_.verdict.Violate("a stage only grows",
                           fmt::format("{} was at {} and is at {}", one.id, StageName(seen.stage),
                                       StageName(record.plan.stage)));
  if (record.plan.stage != seen.stage || one.state != seen.state) {
    const auto step = StageStep(seen.stage, record.plan.stage, one.state);
    world_.coverage.Step(step);
    world_.verdict.Tell("operation", [&] {
      return fmt::format("{} {} of {}: {}{}", one.id, static_cast<int>(one.kind), one.instance, step,
                         one.failure ? ": " + ToString(*one.failure) : std::string());
    });
  }
  seen.state = one.state;
  seen.stage = record.plan.stage;
}

void Checks::BeforeReport(const master::State& state, const master::Report& report) {
  const auto* told = std::get_if<master::AttemptReported>(&report);
  if (told == nullptr) return;
  const auto record = state.operations.Find(told->operation);
  if (record == nullptr || record->attempt != told->attempt || record->plan.stage != master::Stage::kAttempt)
    return;
  auto& cursor = delivered_[{state.epoch, told->operation, told->attempt}];
  if (told->event.cursor > cursor + 1)
    world_.verdict.Violate("no event is lost", fmt::format("{}: event {} came after {}", told->operation,
                                                           told->event.cursor, cursor));
  cursor = std::max(cursor, told->event.cursor);
}

void Checks::OnDecision(const master::State& state, const master::Decision& decision) {
  // In the order in which they were decided: of what one decision places later, the earlier knew nothing.
  std::set<std::string> later;
  for (const auto& effect : decision.effects) {
    if (const auto* send = std::get_if<master::SendOrder>(&effect)) later.insert(send->order.operation);
  }
  for (const auto& effect : decision.effects) {
    const auto* send = std::get_if<master::SendOrder>(&effect);
    if (send == nullptr) continue;
    later.erase(send->order.operation);
    CheckRoom(state, *send, later);
  }
}

// Of an instance since it was made, the last time: its numbers may go on from those of one before it.
bool Checks::IsFirstOrder(const master::State& state, const master::SendOrder& send) const {
  const auto own = state.operations.Find(send.order.operation);
  if (own == nullptr || !own->plan.rejected_by.empty() || send.after_cursor != 0) return false;
  std::uint64_t deleted = 0;
  std::uint64_t ordered = 0;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& one = record->operation;
    if (one.instance != send.order.instance || record == own) continue;
    const auto seen = operations_.find(id);
    const auto began = seen == operations_.end() ? orders_ + 1 : seen->second.order;
    const bool is_delete = one.kind == OperationKind::kDelete && one.state == OperationState::kDone;
    if (is_delete) deleted = std::max(deleted, began);
    if (!is_delete && record->attempt != 0) ordered = std::max(ordered, began);
  }
  return ordered <= deleted;
}

// What is placed anew finds room for itself and for all that is there or on its way there.
void Checks::CheckRoom(const master::State& state, const master::SendOrder& send,
                       const std::set<std::string>& later) {
  if (!send.order.build || !IsFirstOrder(state, send)) return;
  const auto& machine = **std::find_if(world_.machines.begin(), world_.machines.end(),
                                       [&](const auto& one) { return one->id == send.worker; });
  std::map<std::string, std::uint32_t> wanted;
  for (const auto& [project, copy] : machine.engine.copies()) {
    if (!copy.lives() || IsTrial(project)) continue;
    // README.md, "Held less strictly": a promise ends with its order, and the sample that shows what came of
    // it is later.
    const auto started = copy.containers.begin()->second.started_at;
    if (machine.clock.Now() - started >= kShownAfter) wanted[project] = copy.memory_mib;
  }
  for (const auto& record : OpenRecords(state)) {
    if (later.contains(record->operation.id)) continue;
    if (record->worker == send.worker && record->order.target == Target::kRunning && record->order.build)
      wanted[record->operation.instance] = MemoryOf(record->operation.instance);
  }
  std::uint32_t sum = 0;
  std::string all;
  for (const auto& [instance, memory] : wanted) {
    sum += memory;
    all += fmt::format(" {}: {}", instance, memory);
  }
  if (sum > machine.memory_mib)
    world_.verdict.Violate("placement is never over capacity",
                           fmt::format("{} goes to {}, where of {} MiB {} are wanted:{}", send.order.instance,
                                       send.worker, machine.memory_mib, sum, all));
}

void Checks::OnAcknowledged(const std::string& operation) {
  const auto entry = world_.store.entries.Get(master::keys::Of(master::keys::kOperations, operation));
  if (entry.ok() && *entry) return;
  if (operations_.contains(operation) && IsTerminal(operations_.at(operation).state)) return;  // swept
  world_.verdict.Violate("what is acknowledged is stored", operation + " is not");
}

void Checks::OnBoot(const Machine& machine) {
  std::map<std::uint16_t, std::string> owners;
  for (const auto& [instance, holding] : machine.disk.holdings) {
    for (const auto& [name, port] : holding.ports) {
      const auto [at, is_free] = owners.try_emplace(port, instance);
      if (!is_free && at->second != instance)
        world_.verdict.Violate("a port is one instance's", fmt::format("{} of {} is {}'s and {}'s", port,
                                                                       machine.id, at->second, instance));
    }
  }
}

void Checks::OnEpochSeen(const Machine& machine, std::uint32_t epoch) {
  auto& highest = epoch_of_[machine.id];
  highest = std::max(highest, epoch);
}

void Checks::OnOrder(const Machine& machine, const Order& order, const Status& status) {
  world_.verdict.Note(order.attempt);
  world_.verdict.Tell("order", [&] {
    return fmt::format("{} attempt {} of {} to {}, epoch {}: {}", order.operation, order.attempt,
                       order.instance, machine.id, order.epoch,
                       status.ok() ? "taken" : ToString(status.error()));
  });
  if (!status.ok()) return;
  auto& highest = epoch_of_[machine.id];
  if (order.epoch < highest)
    world_.verdict.Violate("epochs are respected", fmt::format("{} took an order of epoch {} after {}",
                                                               machine.id, order.epoch, highest));
  highest = std::max(highest, order.epoch);
}

void Checks::OnSent(const Order& order) {
  // An eviction of what is gone has a number that is nowhere stored.
  if (order.operation == master::kEvictionName || order.epoch != EpochInForce()) return;
  const auto known = world_.store.entries.Get(master::keys::Status(order.instance));
  master::InstanceRecord record;
  if (known.ok() && *known) (void)master::DecodeStatus(**known, record);
  if (record.attempts < order.attempt && (known.ok() && *known))
    world_.verdict.Violate("what is stored comes first",
                           fmt::format("attempt {} of {} was sent, {} is stored", order.attempt,
                                       order.instance, record.attempts));
}

void Checks::OnAttempt(const Machine& machine, const worker::AttemptRecord* before,
                       const worker::AttemptRecord& now) {
  const auto from = before ? before->phase : Phase::kPending;
  const auto& order = now.order;
  if (now.phase < from)
    world_.verdict.Violate("a phase only grows",
                           fmt::format("attempt {} of {}", order.attempt, order.instance));
  if (before && before->ended() && (!now.ended() || now.end->phase != before->end->phase))
    world_.verdict.Violate("an end is for ever",
                           fmt::format("attempt {} of {}", order.attempt, order.instance));
  if (now.phase != from) world_.coverage.Step(PhaseStep(from, now.phase));
  if (before && now.course != before->course) world_.coverage.Step(CourseStep(before->course, now.course));
  if (before && now.done != before->done && now.done != worker::Effect::kNone)
    world_.coverage.Step(EffectStep(now.course, now.done));
  if (now.ended() && !(before && before->ended())) world_.coverage.Step(EndStep(now.course, now.end->phase));
  world_.verdict.Tell(machine.id.c_str(), [&] {
    return fmt::format("{} attempt {}: {} {} {}{}", order.instance, order.attempt, CourseName(now.course),
                       EffectName(now.done), PhaseName(now.ended() ? now.end->phase : now.phase),
                       now.failure ? " (" + ToString(*now.failure) + ")" : std::string());
  });
}

void Checks::OnCopyChanged(const Machine& machine, const std::string& project) {
  const auto* here = machine.engine.Find(project);
  world_.verdict.Tell("engine", [&] {
    const bool is_there = here != nullptr && !here->containers.empty();
    return fmt::format("{} {} on {}", project,
                       !is_there       ? "is no more"
                       : here->lives() ? "lives"
                                       : "stands still",
                       machine.id);
  });
  if (IsTrial(project)) return;
  if (here == nullptr || !here->lives()) return;
  if (!IsSingleton(project)) return;
  for (const auto& other : world_.machines) {
    const auto* there = other.get() == &machine ? nullptr : other->engine.Find(project);
    if (there != nullptr && there->lives())
      world_.verdict.Violate("one live copy",
                             fmt::format("{} lives on {} and {}", project, machine.id, other->id));
  }
}

void Checks::OnClash(const Machine& machine, const std::string& project, const std::string& other) {
  world_.verdict.Violate("a port is one instance's",
                         fmt::format("{} wants one on {} that {} publishes", project, machine.id, other));
}

void Checks::OnNeverQuiet() {
  const auto* state = world_.Decided();
  std::string open;
  if (state != nullptr) {
    for (const auto& id : state->open.ids()) {
      const auto record = state->operations.Find(id);
      open += fmt::format(" {} (kind {} of {}, at {})", id, static_cast<int>(record->operation.kind),
                          record->operation.instance, StageName(record->plan.stage));
    }
  }
  world_.verdict.Violate("every operation ends", open.empty() ? "the masters never rest" : "open:" + open);
}

void Checks::AtTheEnd() {
  std::map<std::string, std::uint64_t> began;
  for (const auto& [id, seen] : operations_) began[id] = seen.order;
  if (world_.Leader() == nullptr) return world_.verdict.Violate("somebody leads in the end", "nobody does");
  EndChecks(world_, *world_.Decided(), began).Run();
}

}  // namespace edm::simulation
