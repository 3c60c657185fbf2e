#include "master/core/workers.h"

#include <fmt/format.h>

#include "common/base/text.h"
#include "master/core/evict.h"
#include "master/core/idempotency.h"
#include "master/core/loss.h"
#include "master/core/not_found.h"

namespace edm::master {
namespace {

constexpr std::size_t kNamesShown = 5;

std::string_view AvailabilityEvent(Availability availability) {
  switch (availability) {
    case Availability::kActive:
      return "worker.uncordoned";
    case Availability::kClosed:
      return "worker.cordoned";
    case Availability::kEmptying:
      return "worker.draining";
  }
  return "worker.changed";
}

void ApplyLabels(WorkerRecord& record, const ChangeWorker& command) {
  for (const auto& [key, value] : command.labels) record.given_labels[key] = value;
  for (const auto& key : command.remove_labels) {
    record.given_labels.erase(key);
    record.facts.labels.erase(key);
    if (const auto own = record.own_labels.find(key); own != record.own_labels.end())
      record.facts.labels.insert(*own);
  }
  for (const auto& [key, value] : record.given_labels) record.facts.labels[key] = value;
}

struct Held {
  std::size_t count = 0;
  std::vector<std::string> shown;
  void Add(const std::string& id) {
    if (++count <= kNamesShown) shown.push_back(id);
  }
  std::string Text() const {
    return fmt::format("{} ({}{})", Counted(count, "instance"), Join(shown, ", "),
                       count > shown.size() ? ", ..." : "");
  }
};

Status CheckRemovable(const State& state, const WorkerRecord& worker) {
  const auto& id = worker.facts.id;
  const bool lost = worker.state == WorkerState::kLost;
  Held held;
  for (const auto& [name, instance] : state.instances.all()) {
    const auto& status = instance->instance.status;
    if (status.worker == id && (!lost || status.keeps_data)) held.Add(name);
  }
  if (held.count == 0) return Ok();
  if (lost) {
    return Error{Code::kFailedPrecondition,
                 "worker " + id,
                 held.Text() + " kept data there",
                 {},
                 "edmctl recover each, or give all of it up with --force"};
  }
  return Error{Code::kFailedPrecondition,
               "worker " + id,
               "it holds " + held.Text(),
               {},
               "edmctl worker drain " + id + ", or --force"};
}

}  // namespace

Result<Accepted> SetWorker(Draft& draft, const ChangeWorker& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const auto found = draft.state().workers.Find(command.id);
  if (found == nullptr) return NoSuch("worker", command.id, draft.state().workers, "edmctl worker ls");
  if (command.revision && *command.revision != found->revision) {
    return Error{Code::kAborted,
                 "worker " + command.id,
                 fmt::format("it is at revision {}, not {}", found->revision, *command.revision),
                 {},
                 "read it again"};
  }
  auto record = *found;
  ApplyLabels(record, command);
  const bool turns = command.availability && *command.availability != record.availability;
  if (command.availability) record.availability = *command.availability;
  ++record.revision;
  draft.Put(std::move(record));
  if (turns) {
    draft.Event({{},
                 std::string(AvailabilityEvent(*command.availability)),
                 "",
                 "",
                 command.id,
                 "by " + command.origin.actor});
  }
  draft.watch().next_look = draft.now().steady;
  Remember(draft, command.origin, Accepted{});
  return Accepted{};
}

Result<Accepted> TakeWorkerAway(Draft& draft, const RemoveWorker& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const auto found = draft.state().workers.Find(command.id);
  if (found == nullptr) return NoSuch("worker", command.id, draft.state().workers, "edmctl worker ls");
  if (!command.force) EDM_CHECK(CheckRemovable(draft.state(), *found));
  if (found->state != WorkerState::kLost) LoseWorker(draft, *found);
  const auto lost = draft.state().workers.Find(command.id);
  // One that was there until now may run singletons until its own fence closes.
  draft.watch().removed[command.id] = found->state == WorkerState::kLost ? lost->seen : draft.now().steady;
  draft.RemoveWorker(command.id);
  draft.watch().drained.erase(command.id);
  draft.Event({{}, "worker.removed", "", "", command.id, "by " + command.origin.actor});
  CarryOnFrom(draft, command.id, false);
  Remember(draft, command.origin, Accepted{});
  return Accepted{};
}

Result<Accepted> ResumePlacing(Draft& draft, const ResumeMoves& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  auto& watch = draft.watch();
  watch.moves_resumed = draft.now().steady;
  watch.next_look = draft.now().steady;
  if (!watch.vanished.empty())
    draft.Event({{}, "cluster.moves_resumed", "", "", "", "by " + command.origin.actor});
  watch.vanished.clear();
  Remember(draft, command.origin, Accepted{});
  return Accepted{};
}

}  // namespace edm::master
