#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/model/order.h"
#include "worker/core/effect.h"

namespace edm::worker {

// The effects of an attempt, one after the other. What an order wants chooses the first course; a failure (or
// a cancellation, which is treated alike) may change it, and then it only ever goes down:
//
//   Deploy, Start --(the trial beside what runs fails)-------------> Dismiss ---------------------> End
//   Deploy --(nothing differs from what runs)----------------------> Keep ------------------------> End
//   Build, Deploy, Start, Restart --(fails before Try and Up)------> Undo ------------------------> End
//          Deploy, Start, Restart --(from Up on; a good release)--> Restore --(fails)--> Hold ---> End
//          Deploy, Start, Restart --(from Up on; none)------------> Hold ------------------------> End
//          Deploy, Start, Restart --(from Up on; stop or delete waits)---> Abandon --------------> End
//                                                         (a singleton)--> Hold ---------------> End
//   Stop, Delete, Restart's Stop --(fails)------------------------> Abandon ---------------------> End
//   Undo, Hold, Abandon, Dismiss --(fails)--> the next effect: there is nothing left to fall back to
//   Hold --(fails; a singleton)--> the same effect again: see IsOwed
//   Push, Collect --(fails)--> the next effect, on any course: what was wanted is there
enum class Course : std::uint8_t {
  kBuild = 0,
  kDeploy = 1,
  kStart = 2,
  kRestart = 3,
  kStop = 4,
  kDelete = 5,
  kUndo = 6,
  kRestore = 7,
  kHold = 8,
  kAbandon = 9,
  kKeep = 10,
  kDismiss = 11,
};
inline constexpr std::uint8_t kCourses = 12;

std::string_view CourseName(Course course);

// The whole table: the effects of a course in their order, the last one kEnd.
std::span<const Effect> EffectsOf(Course course);

Course CourseOf(const Order& order);

// Decides; never acts. `done` is the last effect of this course that was performed, kNone at its start.
// kNone: the course is at its end. An effect that is not of this course starts it anew.
Effect NextEffect(Course course, Effect done);

struct FallbackFacts {
  bool has_good = false;  // another release than the failed one can be put back
  bool stop_or_delete_waits = false;
  bool singleton = false;
};

// Where an attempt goes on after `failed` did not succeed; none: on the same course, as if it had.
std::optional<Course> CourseAfter(Course course, Effect failed, FallbackFacts facts);

// Whether `effect` is done again until it succeeds, whatever it fails of. The end of an attempt says that
// nothing runs here, and what must never run twice may be started elsewhere then: first it has to be stopped.
bool IsOwed(Effect effect, bool singleton);

// Whether a cancellation still changes anything. What has run to readiness, a stop, a delete and every
// fallback go on to their end.
bool IsCancellable(Course course, Effect next);

// Whether a cancellation cuts `effect` short, and nothing else: the attempt goes on to the end that it has
// reached.
bool IsCutShort(Effect effect);

// The phase that an attempt shows while `effect` is performed, and after; none: it stays.
std::optional<Phase> PhaseDuring(Course course, Effect effect);
std::optional<Phase> PhaseAfter(Course course, Effect effect);

// FAILED is the workload's fault, REJECTED means that this worker could not try.
Phase PhaseOfFailure(Effect failed, Code code, bool cancelled);

}  // namespace edm::worker
