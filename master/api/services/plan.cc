#include "master/core/placement/plan.h"

#include <algorithm>

#include "common/model/member_name.h"
#include "common/rpc/mapping/instance.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/names_of.h"
#include "master/api/services/reply.h"
#include "master/core/members.h"
#include "master/core/placement/request_for.h"
#include "master/core/placement/tally.h"
#include "master/core/plan_members.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

constexpr std::size_t kCandidatesMax = 5'000;  // of all members, in one answer

// The instance as it is, or as it would be made.
Result<InstanceRecord> Planned(const State& state, const v1::PlanPlacementRequest& request) {
  InstanceRecord record;
  if (const auto there = state.instances.Find(request.id())) record = *there;
  auto& instance = record.instance;
  if (instance.id.empty()) {
    instance.id = request.id();
    instance.owner = request.owner();
    instance.project = request.project();
  }
  if (IsMember(instance.id)) return BelongsToSet(instance.id);
  const auto replicas = instance.spec.replicas;
  if (request.has_spec()) instance.spec = rpc::FromProto(request.spec());
  EDM_CHECK(CompleteAndCheck(instance));
  const auto there = state.instances.Find(instance.id);
  if (there && instance.spec.replicas != replicas)
    EDM_CHECK(CheckScale(state, *there, instance.spec.replicas));
  return record;
}

v1::PlacementPlan ToProto(const PlacementPlan& plan, bool is_new) {
  v1::PlacementPlan message;
  *message.mutable_placement() = rpc::ToProto(plan.placement);
  message.set_revision(plan.revision);
  if (plan.placement.worker.empty()) {
    message.set_sentence(RefusalSentence(plan.placement.workers, RefusalsOf(plan.placement)));
    message.set_can_never(plan.hope == Hope::kNever);
  }
  message.set_is_new(is_new);
  return message;
}

// Of many workers the best alone, where there are many members as well.
v1::PlacementPlan ToProto(std::vector<MemberPlan> plans, bool is_new) {
  v1::PlacementPlan message;
  message.set_revision(RevisionOf(plans));
  message.set_is_new(is_new);
  if (plans.empty()) message.set_sentence("no worker is open to it and has its labels");
  const auto most = std::max<std::size_t>(1, kCandidatesMax / std::max<std::size_t>(1, plans.size()));
  for (auto& one : plans) {
    auto& candidates = one.plan.placement.candidates;
    if (candidates.size() > most) candidates.resize(most);
    auto single = ToProto(one.plan, one.is_new);
    auto& member = *message.add_members();
    member.set_id(one.member);
    member.mutable_placement()->Swap(single.mutable_placement());
    member.set_sentence(single.sentence());
    member.set_can_never(single.can_never());
    member.set_is_new(one.is_new);
  }
  return message;
}

void Answer(const ServiceParts& parts, const CallPointer& call, const v1::PlanPlacementRequest& request) {
  const auto view = parts.cluster.View();
  const auto record = Planned(*view, request);
  if (!record.ok()) return call->Finish(record.error());
  const bool is_new = view->instances.Find(request.id()) == nullptr;
  const Moment now{parts.clock.Now(), parts.clock.Steady()};
  if (IsSet(record->instance)) return Reply(*call, ToProto(PlanMembers(*view, *record, now), is_new));
  Sites sites(*view);
  const auto plan = MakePlan(RequestFor(*view, *record, now.steady), sites, PolicyOf(*view), now.wall);
  Reply(*call, ToProto(plan, is_new));
}

}  // namespace

// It looks at every worker and every instance, so it is done on the pool.
void RegisterPlan(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::PlanPlacementRequest>(
      "edm.v1.Master/PlanPlacement", [parts](CallPointer call, const auto& request) {
        OnPool(parts, call, [parts, call, request] { Answer(parts, call, request); });
      });
}

}  // namespace edm::master
