#include "master/core/take_replicas.h"

#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/begin_operation.h"
#include "master/core/members.h"
#include "master/core/scale.h"
#include "master/core/steps.h"
#include "master/core/time_given.h"

namespace edm::master {
namespace {

bool WasDeployed(const State& state, const Instance& instance) {
  return !instance.status.worker.empty() || !ReleasesOf(state, instance.id).empty();
}

// How it differs from what edm.yaml says, and what to do about it; "": it does not.
std::string Difference(const Instance& instance, std::uint32_t wanted) {
  const auto says = "edm.yaml says replicas: " + std::to_string(wanted) + ", and " + instance.id + " has ";
  if (instance.spec.on_each_worker) return says + "a member on each worker";
  if (!IsSet(instance)) return says + "none, for it was deployed without; deploy another one to have members";
  if (instance.spec.replicas == wanted) return "";
  return says + std::to_string(instance.spec.replicas) + "; edmctl scale " + instance.id + " " +
         std::to_string(wanted) + " changes that";
}

void MakeSet(Draft& draft, OperationRecord& record, std::uint32_t replicas) {
  auto& operation = record.operation;
  const auto time = [&] {
    return TimeGiven(draft.state(), operation.instance, operation.kind, record.plan.until);
  };
  const auto alone = time();
  auto changed = *draft.state().instances.Find(operation.instance);
  changed.instance.spec.replicas = replicas;
  draft.PutSpec(std::move(changed));
  std::erase_if(operation.steps, [](const Step& one) { return one.name != "source"; });
  // Of what people gave it, nothing more.
  if (operation.deadline - operation.created_at != alone) return;
  const auto more = time() - alone;
  operation.deadline += more;
  record.expires += more;
}

}  // namespace

Status TakeReplicas(Draft& draft, OperationRecord& record) {
  const auto wanted = record.plan.source.replicas;
  const auto found = draft.state().instances.Find(record.operation.instance);
  if (wanted == 0 || !NeedsSource(record.operation.kind) || IsMember(found->instance.id)) return Ok();
  if (IsSet(found->instance) || WasDeployed(draft.state(), found->instance)) {
    if (auto text = Difference(found->instance, wanted); !text.empty()) Warn(draft, record, std::move(text));
    return Ok();
  }
  EDM_CHECK(CheckScale(draft.state(), *found, wanted));
  MakeSet(draft, record, wanted);
  return Ok();
}

}  // namespace edm::master
