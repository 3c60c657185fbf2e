#include "worker/core/course.h"

#include <algorithm>
#include <array>

namespace edm::worker {
namespace {

using enum Effect;

constexpr Effect kBuildCourse[] = {kFetch, kJudge, kReserve, kBuild, kPublishHolder, kPush, kCollect, kEnd};
constexpr Effect kDeployCourse[] = {kCompare,          kFetch,  kJudge,   kReserve, kBuild,
                                    kPublishHolder,    kRender, kTry,     kUp,      kAwaitReady,
                                    kPublishEndpoints, kPush,   kCollect, kEnd};
constexpr Effect kStartCourse[] = {kReserve,    kPublishHolder,    kRender, kTry,     kUp,
                                   kAwaitReady, kPublishEndpoints, kPush,   kCollect, kEnd};
constexpr Effect kRestartCourse[] = {kReserve,    kPublishHolder,    kRender, kStop,    kUp,
                                     kAwaitReady, kPublishEndpoints, kPush,   kCollect, kEnd};
constexpr Effect kStopCourse[] = {kWithdrawEndpoints, kStop, kCollect, kEnd};
constexpr Effect kDeleteCourse[] = {kWithdrawEndpoints, kRemove,       kDropImages,
                                    kDropFiles,         kForgetHolder, kEnd};
constexpr Effect kUndoCourse[] = {kDiscard, kEnd};
constexpr Effect kRestoreCourse[] = {kRestore, kPublishEndpoints, kCollect, kEnd};
constexpr Effect kHoldCourse[] = {kWithdrawEndpoints, kHold, kCollect, kEnd};
constexpr Effect kAbandonCourse[] = {kEnd};
constexpr Effect kKeepCourse[] = {kEnd};
constexpr Effect kDismissCourse[] = {kDismiss, kCollect, kEnd};

constexpr std::array<std::span<const Effect>, kCourses> kTable = {
    kBuildCourse, kDeployCourse,  kStartCourse, kRestartCourse, kStopCourse, kDeleteCourse,
    kUndoCourse,  kRestoreCourse, kHoldCourse,  kAbandonCourse, kKeepCourse, kDismissCourse};

constexpr bool Starts(Course course) {
  return course == Course::kDeploy || course == Course::kStart || course == Course::kRestart;
}

constexpr bool FromUpOn(Effect effect) {
  return effect == kUp || effect == kAwaitReady || effect == kPublishEndpoints;
}

}  // namespace

std::string_view EffectName(Effect effect) {
  static constexpr std::array<std::string_view, kEffects> kNames = {"none",
                                                                    "fetch",
                                                                    "judge",
                                                                    "reserve",
                                                                    "build",
                                                                    "publish-holder",
                                                                    "render",
                                                                    "stop",
                                                                    "up",
                                                                    "await-ready",
                                                                    "publish-endpoints",
                                                                    "withdraw-endpoints",
                                                                    "remove",
                                                                    "drop-images",
                                                                    "drop-files",
                                                                    "forget-holder",
                                                                    "discard",
                                                                    "restore",
                                                                    "hold",
                                                                    "collect",
                                                                    "end",
                                                                    "compare",
                                                                    "try",
                                                                    "dismiss",
                                                                    "push"};
  return kNames.at(static_cast<std::size_t>(effect));
}

std::string_view CourseName(Course course) {
  static constexpr std::array<std::string_view, kCourses> kNames = {"build", "deploy",  "start", "restart",
                                                                    "stop",  "delete",  "undo",  "restore",
                                                                    "hold",  "abandon", "keep",  "dismiss"};
  return kNames.at(static_cast<std::size_t>(course));
}

std::span<const Effect> EffectsOf(Course course) { return kTable.at(static_cast<std::size_t>(course)); }

Course CourseOf(const Order& order) {
  switch (order.target) {
    case Target::kBuilt:
      return Course::kBuild;
    case Target::kRunning:
      if (order.build) return Course::kDeploy;
      return order.restart ? Course::kRestart : Course::kStart;
    case Target::kStopped:
      return Course::kStop;
    case Target::kDeleted:
      return Course::kDelete;
    case Target::kNothing:
      break;
  }
  return Course::kAbandon;
}

Effect NextEffect(Course course, Effect done) {
  const auto effects = EffectsOf(course);
  const auto found = std::find(effects.begin(), effects.end(), done);
  if (found == effects.end()) return effects.front();
  return std::next(found) == effects.end() ? kNone : *std::next(found);
}

std::optional<Course> CourseAfter(Course course, Effect failed, FallbackFacts facts) {
  if (failed == kPush || failed == kCollect || failed == kEnd || course >= Course::kUndo) {
    if (course == Course::kRestore && failed == kRestore) return Course::kHold;
    return std::nullopt;
  }
  if (course == Course::kStop || course == Course::kDelete) return Course::kAbandon;
  if (failed == kTry) return Course::kDismiss;
  if (Starts(course) && FromUpOn(failed)) {
    // The stop that waits may fail, or be taken back.
    if (facts.stop_or_delete_waits) return facts.singleton ? Course::kHold : Course::kAbandon;
    return facts.has_good ? Course::kRestore : Course::kHold;
  }
  return failed == kStop ? Course::kAbandon : Course::kUndo;
}

bool IsOwed(Effect effect, bool singleton) { return singleton && effect == kHold; }

bool IsCutShort(Effect effect) { return effect == kPush; }

bool IsCancellable(Course course, Effect next) {
  return course <= Course::kRestart && (next <= kAwaitReady || next == kCompare || next == kTry);
}

std::optional<Phase> PhaseDuring(Course course, Effect effect) {
  switch (effect) {
    case kFetch:
      return Phase::kFetching;
    case kBuild:
      return Phase::kBuilding;
    case kUp:
      return Phase::kStarting;
    case kStop:
      return course == Course::kStop ? std::optional(Phase::kStopping) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Phase> PhaseAfter(Course course, Effect effect) {
  if (effect == kPublishHolder && (course == Course::kBuild || course == Course::kDeploy))
    return Phase::kBuilt;
  if (effect == kPublishEndpoints && Starts(course)) return Phase::kRunning;
  return std::nullopt;
}

Phase PhaseOfFailure(Effect failed, Code code, bool cancelled) {
  if (cancelled) return Phase::kCancelled;
  switch (failed) {
    case kJudge:
    case kBuild:
    case kRender:
    case kTry:
    case kUp:
    case kAwaitReady:
      return code == Code::kUnavailable || code == Code::kInternal || code == Code::kResourceExhausted
                 ? Phase::kRejected
                 : Phase::kFailed;
    default:
      return Phase::kRejected;
  }
}

}  // namespace edm::worker
