#include "master/core/order.h"

#include <algorithm>

#include "master/core/begin_operation.h"
#include "master/core/evict.h"
#include "master/core/members.h"
#include "master/core/releases.h"
#include "master/core/steps.h"
#include "master/core/stored_images.h"

namespace edm::master {
namespace {

Target TargetOf(const OperationRecord& record) {
  switch (record.operation.kind) {
    case OperationKind::kStop:
      return Target::kStopped;
    case OperationKind::kDelete:
      return Target::kDeleted;
    case OperationKind::kBuild:
      return Target::kBuilt;
    case OperationKind::kMove:
      if (record.plan.move->leg == Leg::kLeave) return Target::kStopped;
      if (record.plan.move->leg == Leg::kReturn) return Target::kRunning;
      [[fallthrough]];
    default:
      return record.plan.until == Until::kBuilt ? Target::kBuilt : Target::kRunning;
  }
}

// A release whose images are on another worker is pulled, or built again from the very commits that it was
// made of.
void BuildAgain(OperationRecord& record, const Release& release, Order& order) {
  record.plan.source = release.source;
  order.build = true;
  order.restart = false;
  order.source = RepoAccess{.commit = release.source.commit};
  order.template_name = release.template_name;
  if (!release.template_name.empty()) order.template_source = RepoAccess{.commit = release.template_commit};
  order.images = release.images;
}

// A release is one commit in all members: what one of them has built and pushed, the others pull.
void PullFromSibling(const State& state, const OperationRecord& record, Order& order) {
  const auto sibling = StoredBySibling(state, order.instance, order.release, record.plan.source.commit);
  if (sibling == nullptr) return;
  order.images = sibling->images;
  order.template_name = sibling->template_name;
  order.template_source.reset();
  if (!sibling->template_name.empty()) order.template_source = RepoAccess{.commit = sibling->template_commit};
}

// What runs there still, of before the instance was deleted and made anew, keeps its number for itself.
std::uint32_t NextRelease(const State& state, const OperationRecord& record, const InstanceRecord& instance) {
  const auto* copy = state.watch.copies.Find(record.worker, instance.instance.id);
  return std::max(instance.releases, copy == nullptr ? 0 : copy->release) + 1;
}

}  // namespace

bool ArrivesBeside(const OperationRecord& record, const InstanceRecord& instance) {
  const auto& move = record.plan.move;
  return move && move->leg == Leg::kArrive && !instance.instance.spec.requirements.singleton;
}

void AssignOrder(Draft& draft, OperationRecord& record, InstanceRecord& instance) {
  const auto& state = draft.state();
  auto& status = instance.instance.status;
  const auto worker = state.workers.Find(record.worker);
  const auto kind = record.operation.kind;
  const bool builds = NeedsSource(kind);
  // A worker that could not try has not used the number up.
  if (builds && record.operation.release == 0)
    record.operation.release = NextRelease(state, record, instance);
  instance.releases = std::max(instance.releases, record.operation.release);
  instance.attempts = std::max(instance.attempts, AttemptSeenOn(state, record.worker, instance.instance.id));
  record.attempt = ++instance.attempts;

  Order order;
  order.epoch = state.epoch;
  order.instance = instance.instance.id;
  order.attempt = record.attempt;
  order.operation = record.operation.id;
  order.target = TargetOf(record);
  order.owner = instance.instance.owner;
  order.project = instance.instance.project;
  order.release = record.operation.release;
  order.build = builds;
  if (builds) order.source = RepoAccess{.commit = record.plan.source.commit};
  order.restart = kind == OperationKind::kRestart;
  order.no_cache = record.plan.no_cache;
  order.template_name = instance.instance.spec.template_name;
  const auto release = ReleaseOf(state, order.instance, order.release);
  const bool starts = order.target == Target::kRunning || order.target == Target::kBuilt;
  if (!builds && starts && release != nullptr && release->worker != record.worker)
    BuildAgain(record, *release, order);
  if (order.build) PullFromSibling(state, record, order);
  order.keep_volumes = record.plan.keep_volumes;
  // A move that fails goes back to where it came from: nothing else of it may run where it did not arrive.
  const bool arrives = record.plan.move && record.plan.move->leg == Leg::kArrive;
  order.good_release =
      order.target == Target::kRunning && !arrives ? GoodReleaseBeside(state, instance, order.release) : 0;
  // What is being built pushes none out: its worker asks what is kept once it has ended.
  order.kept_releases = KeptReleases(state, instance);
  if (order.build) order.kept_releases.push_back(order.release);
  order.deadline = record.operation.deadline;
  order.holds_address = worker && !status.address.empty() && status.address == worker->facts.public_address;
  order.singleton = instance.instance.spec.requirements.singleton;
  if (order.target == Target::kRunning) {
    instance.tried_release = std::max(instance.tried_release, order.release);
  }
  const bool beside = ArrivesBeside(record, instance);
  order.leave_address = beside;
  record.order = std::move(order);
  if (beside) return;  // what is so stays so until it has arrived

  // A singleton that is on its way is still meant to run, and so is what only builds its next release.
  const bool still_runs = kind == OperationKind::kBuild && status.desired == Target::kRunning;
  if (kind != OperationKind::kMove && !still_runs) status.desired = TargetOf(record);
  status.attempt = record.attempt;
  status.phase = Phase::kPlaced;
  if (kind == OperationKind::kStop) SetStep(draft, record, "stop", StepState::kRunning);
  if (kind == OperationKind::kDelete) SetStep(draft, record, "delete", StepState::kRunning);
}

void SendOrderOf(Draft& draft, const OperationRecord& record) {
  const auto worker = draft.state().workers.Find(record.worker);
  const auto instance = draft.state().instances.Find(record.operation.instance);
  SendOrder send{record.worker, worker ? worker->facts.rpc_address : "", record.order,
                 record.plan.source.commit, record.worker_cursor};
  send.order.epoch = draft.state().epoch;
  send.order.time_left = std::max(Millis(0), record.expires - draft.now().steady);
  if (instance) send.order.environment = instance->instance.spec.environment;
  draft.Do(std::move(send));
}

}  // namespace edm::master
