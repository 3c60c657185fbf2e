#include <algorithm>

#include "common/base/text.h"
#include "common/core/compose/trial_document.h"
#include "common/model/trial_name.h"
#include "worker/adapters/runner/effects.h"
#include "worker/adapters/runner/pair.h"
#include "worker/adapters/runner/patience.h"
#include "worker/core/garbage.h"
#include "worker/core/observe.h"
#include "worker/core/ready_window.h"

namespace edm::worker {
namespace {

using compose::ReleasePair;
using compose::TrialPlan;

std::string Named(const Job& job) { return TrialOf(job.instance()); }

std::vector<LentContainer> LentBy(const TrialPlan& plan, const std::map<std::string, std::string>& networks,
                                  const std::vector<ContainerFacts>& containers) {
  std::vector<LentContainer> lent;
  for (const auto& loan : plan.lent) {
    for (const auto& facts : containers) {
      if (facts.service != loan.service) continue;
      for (const auto& [network, names] : loan.networks)
        lent.push_back({facts.id, networks.at(network), names});
    }
  }
  return lent;
}

// From nothing: what an earlier try has made, goes.
Status BringUp(Job& job, const TrialPlan& plan, const ReleasePair& question,
               const std::vector<ContainerFacts>& containers) {
  EDM_CHECK(DropTrial(job));
  EDM_TRY(const auto reserved,
          job.around.addresses.Reserve(Named(job), {}, {plan.networks.begin(), plan.networks.end()}));
  EDM_TRY(auto document, compose::DocumentOf(plan, question, job.instance(), reserved.subnets));
  return job.around.runtime.Up(
      {.instance = Named(job),
       .compose_json = std::move(document.json),
       .directory = job.around.files.CheckoutDirectory(job.instance(), job.release()),
       .lent = LentBy(plan, document.networks, containers)},
      [&](std::string_view line) { job.Log("", "trial: " + std::string(line)); }, job.stop);
}

Result<ReadyReport> Await(Job& job, const TrialPlan& plan) {
  const auto& run = job.holding.releases.at(job.release()).run;
  auto services = run.services;
  std::erase_if(services, [&](const WantedService& one) {
    return std::ranges::find(plan.tried, one.service) == plan.tried.end();
  });
  return AwaitPatiently(job, {Named(job), std::move(services), run.ready_timeout}, "trial: ", job.stop);
}

std::string Renamed(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// People know the instance, not its trial.
Error OfInstance(Error error, const Job& job) {
  const auto rename = [&](std::string& text) { text = Renamed(std::move(text), Named(job), job.instance()); };
  rename(error.object);
  rename(error.cause);
  for (auto& line : error.evidence) rename(line);
  return error;
}

Error FailedTrial(Job& job, Error error) {
  if (const auto containers = job.around.runtime.Containers(Named(job)); containers.ok())
    job.attempt.services = StatusOf(*containers, job.holding.releases.at(job.release()).run);
  return OfInstance(std::move(error), job);
}

// Nor does one stay that an earlier attempt has made.
Status GoOnWithout(Job& job, const std::string& why) {
  job.Log("", "no trial beside release " + std::to_string(job.holding.running_release) + ": " + why);
  return DropTrial(job);
}

Status TryAsPlanned(Job& job, const TrialPlan& plan, const ReleasePair& question,
                    const std::vector<ContainerFacts>& containers) {
  auto status = Unhindered(job, [&] { return BringUp(job, plan, question, containers); });
  if (!status.ok() && status.error().code == Code::kResourceExhausted)
    return GoOnWithout(job, ToString(status.error()));
  if (!status.ok()) return FailedTrial(job, std::move(status).error());
  auto report = Await(job, plan);
  if (!report.ok()) return FailedTrial(job, std::move(report).error());
  EDM_TRY(const auto tried, job.around.runtime.Containers(Named(job)));
  job.attempt.trial_took = StartTook(tried, job.around.clock.Now(), report->took);
  return DropTrial(job);
}

}  // namespace

Status Try(Job& job) {
  if (!RunsAnother(job)) return Ok();
  EDM_TRY(const auto containers, job.around.runtime.Containers(job.instance()));
  const auto question = PairOf(job, containers);
  if (!question.ok()) return GoOnWithout(job, ToString(question.error()));
  EDM_TRY(const auto plan, compose::PlanTrial(*question));
  if (!plan.why_not.empty()) return GoOnWithout(job, plan.why_not);
  return TryAsPlanned(job, plan, *question, containers);
}

Status DropTrial(Job& job) {
  EDM_CHECK(job.around.runtime.Remove(Named(job), /*keep_volumes=*/false));
  job.around.addresses.Release(Named(job));
  job.holding.trial_until.reset();
  return Ok();
}

Status Dismiss(Job& job) {
  const auto now = job.around.clock.Now();
  const bool has_failed = job.attempt.failed_as == Phase::kFailed;
  job.attempt.restored_release = job.holding.running_release;
  // Should the engine be away now, it is removed once that is back.
  job.holding.trial_until = now;
  EDM_TRY(const auto containers, job.around.runtime.Containers(Named(job)));
  if (!has_failed || containers.empty()) return DropTrial(job);
  EDM_CHECK(job.around.runtime.Stop(Named(job), kFailedStopGrace));
  job.holding.trial_until = now + kInspectionTime;
  job.around.addresses.Release(Named(job));
  std::vector<std::string> names;
  for (const auto& facts : containers) names.push_back(facts.name);
  job.Warn("the failed containers (" + Join(names, ", ") + ") are kept, stopped, until " +
           FormatRfc3339(*job.holding.trial_until));
  return Ok();
}

}  // namespace edm::worker
