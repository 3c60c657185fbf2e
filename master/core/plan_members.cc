#include "master/core/plan_members.h"

#include <map>
#include <utility>

#include "master/core/placement/request_for.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

// It runs there: its order is done, and the load that it brings is still to come.
void Arrive(Sites& sites, InstanceRecord member, const std::string& worker) {
  auto& status = member.instance.status;
  status.worker = worker;
  status.phase = Phase::kRunning;
  (void)sites.InstanceChanged(member);
  auto loaded = *sites[sites.Find(worker)].worker;
  loaded.settling += 1;
  (void)sites.WorkerChanged(std::make_shared<const WorkerRecord>(std::move(loaded)));
}

}  // namespace

std::vector<MemberPlan> PlanMembers(const State& state, const InstanceRecord& set, Moment now) {
  Sites sites(state);
  std::map<std::string, std::string> taken;  // workers by this plan
  std::vector<MemberPlan> plans;
  for (auto& member : MembersToBe(state, set)) {
    const auto id = member.instance.id;
    const bool is_new = state.instances.Find(id) == nullptr;
    auto request = RequestFor(state, member, now.steady);
    if (set.instance.spec.on_each_worker && request.holder.empty())
      request.barred.insert(taken.begin(), taken.end());
    plans.push_back({id, MakePlan(request, sites, PolicyOf(state), now.wall), is_new});
    const auto& worker = plans.back().plan.placement.worker;
    if (worker.empty()) continue;
    taken[worker] = "has " + id + " already";
    if (worker != member.instance.status.worker) Arrive(sites, std::move(member), worker);
  }
  return plans;
}

std::string RevisionOf(const std::vector<MemberPlan>& plans) {
  std::vector<std::string> revisions;
  for (const auto& one : plans) revisions.push_back(one.plan.revision);
  return JoinRevisions(revisions);
}

}  // namespace edm::master
