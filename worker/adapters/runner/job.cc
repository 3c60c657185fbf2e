#include "worker/adapters/runner/job.h"

#include "common/base/text.h"

namespace edm::worker {

void Job::Emit(decltype(AttemptEvent::what) what) const {
  const AttemptEvent event{.time = around.clock.Now(), .what = std::move(what)};
  around.events.Append(key(), event);
  if (around.witness != nullptr) around.witness->Happened(attempt.order, event);
}

void Job::Log(const std::string& service, std::string_view text) const {
  Emit(BuildLine{.service = service, .text = ToUtf8(text)});
}

void Job::Warn(const std::string& text) const { Emit(Warning{text}); }

void Job::Reach(Phase phase) {
  if (!MayFollow(attempt.phase, phase)) return;
  attempt.phase = phase;
  Emit(phase);
}

}  // namespace edm::worker
