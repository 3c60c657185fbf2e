#include "tests/simulation/transitions.h"

#include <fmt/format.h>

#include <array>

namespace edm::simulation {
namespace {

using master::Stage;
using worker::Course;
using worker::Effect;

constexpr std::array kOrdered = {Course::kBuild,   Course::kDeploy, Course::kStart,
                                 Course::kRestart, Course::kStop,   Course::kDelete};

const char* StateName(OperationState state) {
  static constexpr std::array<const char*, 6> kNames = {"pending", "running",   "done",
                                                        "failed",  "cancelled", "expired"};
  return kNames.at(static_cast<std::size_t>(state));
}

Phase WantedBy(Course course) {
  if (course == Course::kBuild) return Phase::kBuilt;
  if (course == Course::kStop) return Phase::kStopped;
  return course == Course::kDelete ? Phase::kDeleted : Phase::kRunning;
}

void AddEffects(std::set<std::string>& all) {
  for (std::uint8_t i = 0; i < worker::kCourses; ++i) {
    const auto course = static_cast<Course>(i);
    for (const auto effect : EffectsOf(course)) all.insert(EffectStep(course, effect));
  }
  // It is the comparison that changes the course.
  all.insert(EffectStep(Course::kKeep, Effect::kCompare));
}

void AddPhases(std::set<std::string>& all) {
  all.insert(PhaseStep(Phase::kPending, Phase::kPlaced));
  for (const auto course : kOrdered) {
    auto phase = Phase::kPlaced;
    const auto reach = [&](std::optional<Phase> next) {
      if (!next || *next == phase) return;
      all.insert(PhaseStep(phase, *next));
      phase = *next;
    };
    for (const auto effect : EffectsOf(course)) {
      reach(PhaseDuring(course, effect));
      reach(PhaseAfter(course, effect));
    }
  }
}

// Where a failure of the effect leads to, and how the attempt ends then.
void AddFallbacks(Course course, Effect effect, std::set<std::string>& all) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const auto next = CourseAfter(course, effect,
                                  {.has_good = (bits & 1U) != 0,
                                   .stop_or_delete_waits = (bits & 2U) != 0,
                                   .singleton = (bits & 4U) != 0});
    if (!next) continue;
    all.insert(CourseStep(course, *next));
    for (const auto code : {Code::kUnavailable, Code::kFailedPrecondition})
      all.insert(EndStep(*next, PhaseOfFailure(effect, code, false)));
    if (IsCancellable(course, effect)) all.insert(EndStep(*next, PhaseOfFailure(effect, {}, true)));
  }
}

void AddCourses(std::set<std::string>& all) {
  for (std::uint8_t i = 0; i < worker::kCourses; ++i) {
    const auto course = static_cast<Course>(i);
    for (const auto effect : EffectsOf(course)) AddFallbacks(course, effect, all);
  }
  all.insert(CourseStep(Course::kDeploy, Course::kKeep));
  all.insert(EndStep(Course::kKeep, Phase::kRunning));
  for (const auto course : kOrdered) {
    all.insert(EndStep(course, WantedBy(course)));
    all.insert(EndStep(course, Phase::kCancelled));  // while it waited
  }
}

void AddStages(std::set<std::string>& all) {
  constexpr std::array kStages = {Stage::kSource, Stage::kPlace, Stage::kAttempt, Stage::kFinish};
  for (const auto from : kStages) {
    for (const auto to : kStages) {
      if (MayAdvance(from, to)) all.insert(StageStep(from, to, OperationState::kRunning));
    }
    for (const auto state : {OperationState::kDone, OperationState::kFailed, OperationState::kCancelled,
                             OperationState::kExpired})
      all.insert(StageStep(from, Stage::kEnded, state));
  }
}

}  // namespace

const char* StageName(Stage stage) {
  static constexpr std::array<const char*, 5> kNames = {"source", "place", "attempt", "finish", "ended"};
  return kNames.at(static_cast<std::size_t>(stage));
}

std::string CourseStep(Course from, Course to) {
  return fmt::format("course {} > {}", CourseName(from), CourseName(to));
}

std::string EffectStep(Course course, Effect done) {
  return fmt::format("effect {} {}", CourseName(course), EffectName(done));
}

std::string PhaseStep(Phase from, Phase to) {
  return fmt::format("phase {} > {}", PhaseName(from), PhaseName(to));
}

std::string EndStep(Course course, Phase phase) {
  return fmt::format("end {} > {}", CourseName(course), PhaseName(phase));
}

std::string StageStep(Stage from, Stage to, OperationState state) {
  const auto end = IsTerminal(state) ? fmt::format(" {}", StateName(state)) : std::string();
  return fmt::format("stage {} > {}{}", StageName(from), StageName(to), end);
}

std::set<std::string> Transitions() {
  std::set<std::string> all;
  AddCourses(all);
  AddEffects(all);
  AddPhases(all);
  AddStages(all);
  return all;
}

}  // namespace edm::simulation
