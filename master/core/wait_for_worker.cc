#include "master/core/wait_for_worker.h"

#include <algorithm>

#include "common/base/text.h"
#include "master/core/end_operation.h"
#include "master/core/placement/request_for.h"
#include "master/core/placement/tally.h"
#include "master/core/seat.h"
#include "master/core/steps.h"

namespace edm::master {
namespace {

constexpr auto kFreeIsPromised = "waits: what is free is promised to orders under way";
constexpr std::size_t kEvidenceMax = 20;

// None: as long as its operation has time. Orders under way end, and what they took shows in the samples
// then.
std::optional<Millis> Patience(const Settings& settings, Hope hope) {
  switch (hope) {
    case Hope::kFits:
    case Hope::kPromised:
      return std::nullopt;
    case Hope::kLater:
      return settings.placement_wait;
    case Hope::kMended:
      return kPlacementWaitMax;
    case Hope::kNever:
      break;
  }
  return Millis(0);
}

// The master's own moves are few at a time: one that waits for room would keep back others that have it.
std::optional<Millis> PatienceOf(const Settings& settings, const OperationRecord& record, Hope hope) {
  const auto patience = Patience(settings, hope);
  if (hope != Hope::kLater || record.operation.actor != kMasterActor) return patience;
  return std::min(*patience, kPlacementWaitMax);
}

std::string Sentence(const Placement& placement) {
  const auto refusals = RefusalsOf(placement);
  return refusals.empty() ? "" : RefusalSentence(placement.workers, refusals);
}

Error NoWorker(const OperationRecord& record, const Placement& placement, Hope hope) {
  Error error{Code::kUnavailable, "instance " + record.operation.instance, "no worker takes it", {}, ""};
  if (hope == Hope::kNever) {
    error.code = Code::kFailedPrecondition;
    error.cause = "no worker can ever take it";
  }
  if (const auto sentence = Sentence(placement); !sentence.empty()) error.cause += ": " + sentence;
  for (const auto& one : placement.candidates) {
    if (error.evidence.size() < kEvidenceMax)
      error.evidence.push_back(one.worker + " " + Said(one.reasons, "; "));
  }
  error.hint = hope == Hope::kNever ? "ask for less, or add a larger worker: edmctl worker ls"
                                    : "see edmctl worker ls, then try again";
  if (placement.workers == 0 && placement.candidates.empty())
    error.hint = "no worker has joined: edmctl token create NAME --worker, then start edm-worker";
  return error;
}

// Figures change with every beat, and are not worth a record each time: told is what they are about.
std::string Gist(const Placer::Outcome& outcome) {
  std::string gist(1, static_cast<char>('0' + static_cast<int>(outcome.hope)));
  bool in_brackets = false;
  for (const char c : RefusalsOf(outcome.placement)) {
    in_brackets = c == '(' || (in_brackets && c != ')');
    if (!in_brackets && c != ')') gist += c;
  }
  return gist;
}

void TellThatItWaits(Draft& draft, OperationRecord& record, const Placement& placement, Hope hope) {
  auto detail = hope == Hope::kPromised ? std::string(kFreeIsPromised) : Sentence(placement);
  if (hope != Hope::kPromised && !detail.empty()) detail = "waits: " + detail;
  SetStep(draft, record, "place", StepState::kRunning, std::move(detail));
}

}  // namespace

void WaitForWorker(Draft& draft, OperationRecord record, const Placer::Outcome& outcome,
                   const PlacementRequest* request, bool is_stored) {
  const auto in_full = [&] {
    return request == nullptr ? outcome.placement
                              : draft.placer().InFull(*request, PolicyOf(draft.state()), draft.now().wall);
  };
  const auto patience = PatienceOf(draft.state().settings, record, outcome.hope);
  if (patience && draft.now().steady - record.stage_began >= *patience) {
    auto error = NoWorker(record, in_full(), outcome.hope);
    return EndOperation(draft, std::move(record), OperationState::kFailed, std::move(error));
  }
  auto gist = Gist(outcome);
  if (is_stored && gist == record.waits_for) return;
  record.waits_for = std::move(gist);
  if (request != nullptr) TellThatItWaits(draft, record, in_full(), outcome.hope);
  draft.Put(std::move(record));
}

}  // namespace edm::master
