#include "worker/core/step.h"

namespace edm::worker {

std::string_view StepOf(Course course, Effect effect) {
  if (course > Course::kRestart) return "";
  switch (effect) {
    case Effect::kFetch:
    case Effect::kJudge:
      return "policy";
    case Effect::kBuild:
      return "build";
    case Effect::kReserve:
    case Effect::kPublishHolder:
      return course == Course::kBuild || course == Course::kDeploy ? "build" : "start";
    case Effect::kRender:
    case Effect::kTry:
    case Effect::kStop:
    case Effect::kUp:
    case Effect::kAwaitReady:
    case Effect::kPublishEndpoints:
      return "start";
    default:
      return "";
  }
}

bool EndsStep(Course course, Effect effect) {
  const auto step = StepOf(course, effect);
  return !step.empty() && StepOf(course, NextEffect(course, effect)) != step;
}

}  // namespace edm::worker
