#include "worker/core/course.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace edm::worker {
namespace {

std::vector<Course> AllCourses() {
  std::vector<Course> all;
  for (int i = 0; i < kCourses; ++i) all.push_back(static_cast<Course>(i));
  return all;
}

std::vector<Effect> AllEffects() {
  std::vector<Effect> all;
  for (int i = 0; i < kEffects; ++i) all.push_back(static_cast<Effect>(i));
  return all;
}

bool IsOf(Course course, Effect effect) {
  const auto effects = EffectsOf(course);
  return std::find(effects.begin(), effects.end(), effect) != effects.end();
}

TEST(Course, EachOneReachesItsEndWithoutDoingAnythingTwice) {
  for (const auto course : AllCourses()) {
    std::set<Effect> seen;
    auto effect = NextEffect(course, Effect::kNone);
    while (effect != Effect::kEnd) {
      ASSERT_NE(effect, Effect::kNone) << CourseName(course);
      ASSERT_TRUE(seen.insert(effect).second) << CourseName(course) << " " << EffectName(effect);
      effect = NextEffect(course, effect);
    }
    EXPECT_EQ(NextEffect(course, Effect::kEnd), Effect::kNone);
  }
}

TEST(Course, WhatIsNotOnACourseStartsItAnew) {
  for (const auto course : AllCourses()) {
    for (const auto effect : AllEffects()) {
      if (!IsOf(course, effect)) {
        EXPECT_EQ(NextEffect(course, effect), EffectsOf(course).front());
      }
    }
  }
}

// Every course, every effect of it that may fail, every set of facts.
TEST(Course, AFailureOnlyEverLeadsDown) {
  for (const auto course : AllCourses()) {
    for (const auto failed : EffectsOf(course)) {
      for (const bool has_good : {false, true}) {
        for (const bool waits : {false, true}) {
          for (const bool singleton : {false, true}) {
            const auto next = CourseAfter(course, failed, {has_good, waits, singleton});
            if (!next) continue;
            EXPECT_GT(*next, course);
            EXPECT_GE(*next, Course::kUndo);
            if (*next == Course::kRestore) {
              EXPECT_TRUE(has_good && !waits);
            }
          }
        }
      }
    }
  }
}

TEST(Course, FailuresGoWhereTheDiagramSays) {
  struct Case {
    Course course;
    Effect failed;
    FallbackFacts facts;
    std::optional<Course> expected;
  };
  const FallbackFacts none{}, good{true, false}, stop{true, true}, single{true, true, true};
  const Case cases[] = {
      {Course::kBuild, Effect::kFetch, none, Course::kUndo},
      {Course::kBuild, Effect::kBuild, good, Course::kUndo},
      {Course::kDeploy, Effect::kJudge, good, Course::kUndo},
      {Course::kDeploy, Effect::kPublishHolder, good, Course::kUndo},
      {Course::kDeploy, Effect::kRender, good, Course::kUndo},
      {Course::kDeploy, Effect::kTry, good, Course::kDismiss},
      {Course::kDeploy, Effect::kTry, stop, Course::kDismiss},
      {Course::kStart, Effect::kTry, none, Course::kDismiss},
      {Course::kDismiss, Effect::kDismiss, good, std::nullopt},
      {Course::kDeploy, Effect::kUp, good, Course::kRestore},
      {Course::kDeploy, Effect::kAwaitReady, none, Course::kHold},
      {Course::kDeploy, Effect::kAwaitReady, stop, Course::kAbandon},
      {Course::kDeploy, Effect::kAwaitReady, single, Course::kHold},
      {Course::kRestart, Effect::kUp, single, Course::kHold},
      {Course::kStop, Effect::kStop, single, Course::kAbandon},
      {Course::kStart, Effect::kUp, none, Course::kHold},
      {Course::kRestart, Effect::kStop, good, Course::kAbandon},
      {Course::kRestart, Effect::kAwaitReady, good, Course::kRestore},
      {Course::kStop, Effect::kStop, good, Course::kAbandon},
      {Course::kDelete, Effect::kRemove, none, Course::kAbandon},
      {Course::kDeploy, Effect::kCollect, good, std::nullopt},
      {Course::kDeploy, Effect::kPush, good, std::nullopt},
      {Course::kBuild, Effect::kPush, stop, std::nullopt},
      {Course::kUndo, Effect::kDiscard, none, std::nullopt},
      {Course::kRestore, Effect::kRestore, good, Course::kHold},
      {Course::kHold, Effect::kHold, none, std::nullopt},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(CourseAfter(one.course, one.failed, one.facts), one.expected)
        << CourseName(one.course) << " " << EffectName(one.failed);
  }
}

TEST(Course, OnlyThatASingletonIsStoppedIsOwed) {
  for (const auto effect : AllEffects()) {
    EXPECT_FALSE(IsOwed(effect, false)) << EffectName(effect);
    EXPECT_EQ(IsOwed(effect, true), effect == Effect::kHold) << EffectName(effect);
  }
}

// Wherever the start of a singleton fails that may have started something, it is stopped before the end.
TEST(Course, NoSingletonIsLeftAsItFailed) {
  for (const auto course : {Course::kDeploy, Course::kStart, Course::kRestart, Course::kRestore}) {
    for (const auto failed : {Effect::kUp, Effect::kAwaitReady, Effect::kRestore}) {
      if (!IsOf(course, failed)) continue;
      for (const bool has_good : {false, true}) {
        for (const bool waits : {false, true}) {
          const auto next = CourseAfter(course, failed, {has_good, waits, true});
          EXPECT_TRUE(next == Course::kRestore || next == Course::kHold) << CourseName(course);
        }
      }
    }
  }
}

TEST(Course, TheOrderChoosesIt) {
  struct Case {
    Target target;
    bool build, restart;
    Course expected;
  };
  const Case cases[] = {
      {Target::kBuilt, true, false, Course::kBuild},     {Target::kRunning, true, false, Course::kDeploy},
      {Target::kRunning, false, false, Course::kStart},  {Target::kRunning, false, true, Course::kRestart},
      {Target::kStopped, false, false, Course::kStop},   {Target::kDeleted, false, false, Course::kDelete},
      {Target::kNothing, false, false, Course::kAbandon}};
  for (const auto& one : cases) {
    EXPECT_EQ(CourseOf({.target = one.target, .build = one.build, .restart = one.restart}), one.expected);
  }
}

TEST(Course, TheHolderIsPublishedOnlyAfterTheBuild) {
  for (const auto course : {Course::kBuild, Course::kDeploy}) {
    const auto effects = EffectsOf(course);
    const auto build = std::find(effects.begin(), effects.end(), Effect::kBuild);
    EXPECT_LT(build, std::find(effects.begin(), effects.end(), Effect::kPublishHolder));
  }
}

TEST(Course, PhasesOfACourseOnlyGrow) {
  for (const auto course :
       {Course::kBuild, Course::kDeploy, Course::kStart, Course::kRestart, Course::kStop}) {
    auto phase = Phase::kPlaced;
    for (const auto effect : EffectsOf(course)) {
      for (const auto next : {PhaseDuring(course, effect), PhaseAfter(course, effect)}) {
        if (!next) continue;
        EXPECT_TRUE(MayFollow(phase, *next)) << CourseName(course) << " " << EffectName(effect);
        phase = *next;
      }
    }
  }
}

TEST(Course, StopsDeletesFallbacksAndWhatIsReadyAreNotCancelled) {
  for (const auto course : AllCourses()) {
    for (const auto effect : EffectsOf(course)) {
      const bool forward = course <= Course::kRestart;
      const bool late = effect == Effect::kPublishEndpoints || effect == Effect::kPush ||
                        effect == Effect::kCollect || effect == Effect::kEnd;
      EXPECT_EQ(IsCancellable(course, effect), forward && !late) << CourseName(course) << EffectName(effect);
    }
  }
}

// Nobody waits for a registry who waits for an instance.
TEST(Course, ImagesArePushedOnceAllThatWasWantedIsThere) {
  for (const auto course : AllCourses()) {
    const auto effects = EffectsOf(course);
    const bool starts = course == Course::kStart || course == Course::kRestart;
    ASSERT_EQ(IsOf(course, Effect::kPush), IsOf(course, Effect::kBuild) || starts) << CourseName(course);
    if (!IsOf(course, Effect::kPush)) continue;
    const auto before = *std::prev(std::find(effects.begin(), effects.end(), Effect::kPush));
    EXPECT_EQ(before, course == Course::kBuild ? Effect::kPublishHolder : Effect::kPublishEndpoints);
  }
  for (const auto effect : AllEffects()) EXPECT_EQ(IsCutShort(effect), effect == Effect::kPush);
}

// What runs is replaced only once its successor was tried; a restart has none.
TEST(Course, ATrialComesBeforeAnythingIsReplaced) {
  for (const auto course : AllCourses()) {
    const auto effects = EffectsOf(course);
    const bool tries = course == Course::kDeploy || course == Course::kStart;
    ASSERT_EQ(IsOf(course, Effect::kTry), tries) << CourseName(course);
    if (!tries) continue;
    const auto trial = std::find(effects.begin(), effects.end(), Effect::kTry);
    EXPECT_EQ(*std::next(trial), Effect::kUp);
    EXPECT_EQ(*std::prev(trial), Effect::kRender);
    EXPECT_FALSE(PhaseDuring(course, Effect::kTry));
  }
}

TEST(Course, ABrokenWorkloadIsNotTheWorkersFault) {
  EXPECT_EQ(PhaseOfFailure(Effect::kTry, Code::kFailedPrecondition, false), Phase::kFailed);
  EXPECT_EQ(PhaseOfFailure(Effect::kBuild, Code::kFailedPrecondition, false), Phase::kFailed);
  EXPECT_EQ(PhaseOfFailure(Effect::kBuild, Code::kUnavailable, false), Phase::kRejected);
  EXPECT_EQ(PhaseOfFailure(Effect::kFetch, Code::kNotFound, false), Phase::kRejected);
  EXPECT_EQ(PhaseOfFailure(Effect::kAwaitReady, Code::kDeadlineExceeded, false), Phase::kFailed);
  EXPECT_EQ(PhaseOfFailure(Effect::kAwaitReady, Code::kCancelled, true), Phase::kCancelled);
}

}  // namespace
}  // namespace edm::worker
