#include "master/core/each_worker.h"

#include <algorithm>
#include <set>

#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/fresh_id.h"
#include "master/core/members.h"
#include "master/core/own_moves.h"
#include "master/core/seat.h"

namespace edm::master {
namespace {

bool HasLabels(const WorkerRecord& worker, const std::map<std::string, std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& one) {
    const auto found = worker.facts.labels.find(one.first);
    return found != worker.facts.labels.end() && found->second == one.second;
  });
}

// Whether a new member may come to this worker.
bool TakesOne(const State& state, const WorkerRecord& worker, const InstanceSpec& spec) {
  return IsThere(state, worker.facts.id) && worker.availability == Availability::kActive &&
         HasLabels(worker, spec.worker_labels);
}

// Whether one that is there stays. A worker that is lost or closed keeps what it has.
bool KeepsIts(const State& state, const std::string& id, const InstanceSpec& spec) {
  const auto worker = state.workers.Find(id);
  return worker != nullptr && worker->availability != Availability::kEmptying &&
         HasLabels(*worker, spec.worker_labels);
}

// The worker that has it, or will.
std::string SeatOfMember(const State& state, const InstanceRecord& member) {
  if (!member.instance.status.worker.empty()) return member.instance.status.worker;
  for (const auto& record : OpenOf(state, member.instance.id)) {
    if (!record->worker.empty()) return record->worker;
  }
  return "";
}

std::shared_ptr<const InstanceRecord> EachSetOf(const State& state, const std::string& instance) {
  if (!IsMember(instance)) return nullptr;
  auto set = state.instances.Find(SetOf(instance));
  return set && set->instance.spec.on_each_worker ? set : nullptr;
}

bool Rests(const State& state, const std::string& set, SteadyTime now) {
  const auto unrest = state.watch.unrest.find(set);
  return unrest != state.watch.unrest.end() && now < unrest->second.not_before;
}

// Whether its members are others than the workers ask for, or some were made and never started.
bool IsDue(const State& state, const InstanceRecord& set, SteadyTime now) {
  const auto& one = set.instance;
  if (one.status.desired != Target::kRunning || !state.open.OfInstance(one.id).empty()) return false;
  if (Rests(state, one.id, now)) return false;
  const auto following = FollowingOf(state, set);
  if (following.lacking != 0 || !following.surplus.empty()) return true;
  return std::ranges::any_of(MembersOf(state, one.id), [](const auto& member) {
    return member->instance.status.desired == Target::kNothing;
  });
}

}  // namespace

Following FollowingOf(const State& state, const InstanceRecord& set) {
  const auto& spec = set.instance.spec;
  std::set<std::string> free;
  for (const auto& [id, worker] : state.workers.all()) {
    if (TakesOne(state, *worker, spec)) free.insert(id);
  }
  Following following;
  std::vector<std::string> unplaced;
  std::size_t placed = 0;
  for (const auto& member : MembersOf(state, set.instance.id)) {
    const auto& one = member->instance;
    const auto seat = SeatOfMember(state, *member);
    if (seat.empty()) {
      unplaced.push_back(one.id);
    } else if (KeepsIts(state, seat, spec) ||
               (one.status.keeps_data && state.workers.Find(seat) != nullptr)) {
      ++placed;
      free.erase(seat);
    } else {
      following.surplus.push_back(one.id);
    }
  }
  const auto wanted =
      std::min<std::size_t>(free.size(), kMembersMax - std::min<std::size_t>(placed, kMembersMax));
  while (unplaced.size() > wanted) {
    following.surplus.push_back(unplaced.back());
    unplaced.pop_back();
  }
  following.lacking = wanted - unplaced.size();
  return following;
}

std::map<std::string, std::string> BarredBySiblings(const State& state, const std::string& instance) {
  std::map<std::string, std::string> barred;
  const auto set = EachSetOf(state, instance);
  if (set == nullptr) return barred;
  for (const auto& member : MembersOf(state, set->instance.id)) {
    if (member->instance.id == instance) continue;
    const auto seat = SeatOfMember(state, *member);
    if (!seat.empty()) barred[seat] = "has " + member->instance.id + " already";
  }
  return barred;
}

bool IsBoundToItsWorker(const State& state, const std::string& instance) {
  return EachSetOf(state, instance) != nullptr;
}

bool IsLeftWithItsData(const State& state, const std::string& instance) {
  const auto set = EachSetOf(state, instance);
  const auto member = state.instances.Find(instance);
  if (set == nullptr || member == nullptr || !member->instance.status.keeps_data) return false;
  const auto seat = SeatOfMember(state, *member);
  return !seat.empty() && !KeepsIts(state, seat, set->instance.spec);
}

void FollowWorkers(Draft& draft) {
  std::vector<std::shared_ptr<const InstanceRecord>> due;
  for (const auto& [id, set] : draft.state().instances.all()) {
    if (set->instance.spec.on_each_worker && IsDue(draft.state(), *set, draft.now().steady))
      due.push_back(set);
  }
  for (const auto& set : due) {
    Begin begin;
    begin.kind = OperationKind::kScale;
    begin.instance = set->instance.id;
    begin.operation = FreshId(draft.state(), *set, draft.now().wall);
    begin.origin.actor = std::string(kMasterActor);
    (void)BeginOperation(draft, begin);
  }
}

}  // namespace edm::master
