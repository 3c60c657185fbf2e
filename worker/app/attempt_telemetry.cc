#include "worker/app/attempt_telemetry.h"

#include <algorithm>

#include "common/adapters/log/log.h"
#include "common/base/text.h"
#include "edm/v1/worker_service.pb.h"

namespace edm::worker {
namespace {

std::string TargetWord(Target target) {
  return Folded(v1::Order::Target_Name(static_cast<v1::Order::Target>(target)));
}

double SecondsOf(const Step& step) {
  return std::max(0.0, std::chrono::duration<double>(*step.ended_at - *step.started_at).count());
}

LogFields IdsOf(const Order& order) {
  return {{"operation", order.operation},
          {"instance", order.instance},
          {"attempt", std::uint64_t{order.attempt}}};
}

void Write(const Order& order, const AttemptEnd& end) {
  auto fields = IdsOf(order);
  const auto phase = Folded(PhaseName(end.phase));
  fields.push_back({"phase", phase});
  if (end.running_release != 0) fields.push_back({"running_release", std::uint64_t{end.running_release}});
  // Evidence may be output of a build, and is not for the log.
  if (end.failure) {
    fields.push_back({"code", CodeName(end.failure->code)});
    fields.push_back({"object", end.failure->object});
    fields.push_back({"cause", end.failure->cause});
  }
  Log(end.failure ? LogLevel::kWarn : LogLevel::kInfo, "attempt ended", fields);
}

void Write(const Order& order, const Step& step) {
  const auto level = step.state >= StepState::kDone ? LogLevel::kInfo : LogLevel::kDebug;
  if (!Logs(level)) return;
  auto fields = IdsOf(order);
  const auto state = Folded(v1::Step::State_Name(static_cast<v1::Step::State>(step.state)));
  fields.push_back({"step", step.name});
  fields.push_back({"state", state});
  if (step.started_at && step.ended_at) fields.push_back({"seconds", SecondsOf(step)});
  Log(level, "attempt step", fields);
}

void Write(const Order& order, Phase phase) {
  if (!Logs(LogLevel::kDebug)) return;
  auto fields = IdsOf(order);
  fields.push_back({"phase", PhaseName(phase)});
  Log(LogLevel::kDebug, "attempt phase", fields);
}

}  // namespace

void AttemptTelemetry::OrderTaken(const Order& order) {
  const auto target = TargetWord(order.target);
  attempts_.Count(target, "taken");
  auto fields = IdsOf(order);
  fields.push_back({"target", target});
  fields.push_back({"release", std::uint64_t{order.release}});
  fields.push_back({"epoch", std::uint64_t{order.epoch}});
  Log(LogLevel::kInfo, "order taken", fields);
}

void AttemptTelemetry::Happened(const Order& order, const AttemptEvent& event) {
  if (const auto* end = std::get_if<AttemptEnd>(&event.what)) {
    attempts_.Count(TargetWord(order.target), Folded(PhaseName(end->phase)));
    Write(order, *end);
  } else if (const auto* step = std::get_if<Step>(&event.what)) {
    const bool tried = step->state == StepState::kDone || step->state == StepState::kFailed;
    if (tried && step->started_at && step->ended_at)
      steps_.Observe(step->name, step->state == StepState::kDone ? "done" : "failed", SecondsOf(*step));
    Write(order, *step);
  } else if (const auto* phase = std::get_if<Phase>(&event.what)) {
    Write(order, *phase);
  }
}

void AttemptTelemetry::Expose(Exposition& to) const {
  attempts_.ExposeCounts(
      to, {"edm_worker_attempt", "attempts that were taken, and how they ended", "target", "outcome"});
  steps_.Expose(to, {"edm_worker_attempt_step", "steps of attempts", "step", "outcome"});
}

}  // namespace edm::worker
