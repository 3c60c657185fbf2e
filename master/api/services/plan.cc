#include "master/core/placement/plan.h"

#include "common/rpc/mapping/instance.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/names_of.h"
#include "master/api/services/reply.h"
#include "master/core/placement/request_for.h"
#include "master/core/placement/tally.h"

namespace edm::master {
namespace {

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
  if (request.has_spec()) instance.spec = rpc::FromProto(request.spec());
  EDM_CHECK(CompleteAndCheck(instance));
  return record;
}

v1::PlacementPlan ToProto(const PlacementPlan& plan, bool is_new) {
  v1::PlacementPlan message;
  *message.mutable_placement() = rpc::ToProto(plan.placement);
  message.set_revision(plan.revision);
  if (plan.placement.worker.empty()) {
    message.set_sentence(RefusalSentence(plan.placement.workers, plan.placement.refusals));
    message.set_can_never(plan.hope == Hope::kNever);
  }
  message.set_is_new(is_new);
  return message;
}

void Answer(const ServiceParts& parts, const CallPointer& call, const v1::PlanPlacementRequest& request) {
  const auto view = parts.cluster.View();
  const auto record = Planned(*view, request);
  if (!record.ok()) return call->Finish(record.error());
  Sites sites(*view);
  const auto plan =
      MakePlan(RequestFor(*view, *record, parts.clock.Steady()), sites, PolicyOf(*view), parts.clock.Now());
  Reply(*call, ToProto(plan, view->instances.Find(request.id()) == nullptr));
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
