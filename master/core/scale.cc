#include "master/core/scale.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/model/member_name.h"
#include "common/model/names.h"
#include "master/core/count_on.h"
#include "master/core/each_worker.h"
#include "master/core/members.h"
#include "master/core/not_as_it_is.h"

namespace edm::master {
namespace {

InstanceSpec SpecForMembers(const InstanceSpec& set) {
  auto spec = set;
  spec.replicas = 0;
  spec.on_each_worker = false;
  return spec;
}

InstanceRecord NewMember(const InstanceRecord& set, std::uint32_t ordinal) {
  InstanceRecord record;
  auto& one = record.instance;
  one.id = MemberOf(set.instance.id, ordinal);
  one.owner = set.instance.owner;
  one.project = set.instance.project;
  one.spec = SpecForMembers(set.instance.spec);
  return record;
}

std::vector<InstanceRecord> Lacking(const State& state, const InstanceRecord& set) {
  const auto& spec = set.instance.spec;
  const auto most = spec.on_each_worker ? kOrdinalMax : spec.replicas;
  const auto lacking = spec.on_each_worker ? FollowingOf(state, set).lacking : spec.replicas;
  std::vector<InstanceRecord> members;
  for (std::uint32_t ordinal = 1; ordinal <= most && members.size() < lacking; ++ordinal) {
    if (state.instances.Find(MemberOf(set.instance.id, ordinal)) == nullptr)
      members.push_back(NewMember(set, ordinal));
  }
  return members;
}

void AddMember(Draft& draft, InstanceRecord record) {
  record.instance.created_at = draft.now().wall;
  CountOn(draft.state(), record);
  const auto id = record.instance.id;
  draft.PutSpec(std::move(record));
  draft.PutStatus(*draft.state().instances.Find(id));
  draft.Event({{}, "instance.created", id, "", "", ""});
}

Status CheckSetId(const std::string& id) {
  const auto longest = MemberOf(id, kOrdinalMax);
  if (CheckInstanceName(longest).ok()) return Ok();
  return Error{Code::kInvalidArgument,
               "instance " + id,
               "the names of its members would be longer than 63 characters",
               {},
               "choose an id of at most 59"};
}

}  // namespace

Status CheckReplicas(const std::string& id, std::uint32_t replicas) {
  if (replicas == 0 || replicas > kMembersMax) {
    return Error{Code::kInvalidArgument,
                 "replicas of " + id,
                 fmt::format("it cannot have {} members", replicas),
                 {},
                 fmt::format("1 to {}; edmctl stop or delete ends them all", kMembersMax)};
  }
  return CheckSetId(id);
}

Status CheckEachWorker(const std::string& id, const InstanceSpec& spec) {
  if (spec.replicas == 0) return CheckSetId(id);
  return Error{Code::kInvalidArgument,
               "instance " + id,
               "it asks for a number of members and for one on each worker",
               {},
               "leave one of them out"};
}

Status CheckScale(const State& state, const InstanceRecord& instance, std::uint32_t replicas) {
  const auto& one = instance.instance;
  if (IsMember(one.id))
    return NotAsItIs(one.id, "it is a member of " + SetOf(one.id), "edmctl scale " + SetOf(one.id));
  if (one.spec.on_each_worker && replicas != 0)
    return NotAsItIs(one.id, "it has a member on each worker", "label workers, or take labels away");
  if (!IsSet(one) && (!one.status.worker.empty() || !ReleasesOf(state, one.id).empty())) {
    return NotAsItIs(one.id, "it was deployed without members, and its copy would have to change its name",
                     "deploy another one: edmctl deploy --id NAME --replicas " + std::to_string(replicas));
  }
  // The master lets the members follow their workers.
  if (one.spec.on_each_worker) return Ok();
  EDM_CHECK(CheckReplicas(one.id, replicas));
  const auto there = MembersOf(state, one.id).size();
  if (replicas > there && state.instances.size() + (replicas - there) > kInstancesMax) {
    return Error{
        Code::kResourceExhausted, "instances", "the cluster holds 10,000 at most", {}, "delete some first"};
  }
  return Ok();
}

bool IsTooMany(const State& state, const InstanceRecord& set, const std::string& member) {
  if (!set.instance.spec.on_each_worker) return OrdinalOf(member) > set.instance.spec.replicas;
  const auto surplus = FollowingOf(state, set).surplus;
  return std::ranges::find(surplus, member) != surplus.end();
}

std::size_t MembersWanted(const State& state, const InstanceRecord& set) {
  const auto there = MembersOf(state, set.instance.id).size();
  if (set.instance.spec.on_each_worker) return there + FollowingOf(state, set).lacking;
  return std::max<std::size_t>(there, set.instance.spec.replicas);
}

void AddMembers(Draft& draft, const std::string& set) {
  for (auto& member : Lacking(draft.state(), *draft.state().instances.Find(set)))
    AddMember(draft, std::move(member));
}

std::vector<InstanceRecord> MembersToBe(const State& state, const InstanceRecord& set) {
  auto members = Lacking(state, set);
  for (const auto& member : MembersOf(state, set.instance.id)) {
    if (IsTooMany(state, set, member->instance.id)) continue;
    members.push_back(*member);
    members.back().instance.spec = SpecForMembers(set.instance.spec);
  }
  std::ranges::sort(members, {}, [](const auto& one) { return OrdinalOf(one.instance.id); });
  return members;
}

void ShareSpec(Draft& draft, const std::string& set) {
  const auto found = draft.state().instances.Find(set);
  for (const auto& member : MembersOf(draft.state(), set)) {
    auto changed = *member;
    changed.instance.spec = SpecForMembers(found->instance.spec);
    draft.PutSpec(std::move(changed));
  }
}

Rollout RolloutOfScale(const State& state, const OperationRecord& record) {
  Rollout rollout;
  const auto set = state.instances.Find(record.operation.instance);
  const auto members = MembersOf(state, set->instance.id);
  for (auto at = members.rbegin(); at != members.rend(); ++at) {
    const auto& id = (*at)->instance.id;
    if (IsTooMany(state, *set, id)) rollout.parts.push_back({id, OperationKind::kDelete, ""});
  }
  const bool runs = set->instance.status.desired == Target::kRunning && record.operation.release != 0;
  for (const auto& member : members) {
    const auto& one = member->instance;
    if (runs && !IsTooMany(state, *set, one.id) && one.status.desired == Target::kNothing)
      rollout.parts.push_back({one.id, OperationKind::kStart, ""});
  }
  return rollout;
}

}  // namespace edm::master
