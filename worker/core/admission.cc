#include "worker/core/admission.h"

#include <string>

namespace edm::worker {

Result<Admission> Admit(std::uint32_t epoch, std::string_view instance, std::uint32_t attempt,
                        const AdmissionFacts& facts) {
  const auto object = "attempt " + std::to_string(attempt) + " of instance " + std::string(instance);
  if (epoch < facts.highest_epoch) {
    return Error{.code = Code::kFailedPrecondition,
                 .object = object,
                 .cause = "epoch " + std::to_string(epoch) + " is over, " +
                          std::to_string(facts.highest_epoch) + " was seen",
                 .hint = "another master leads now: ask it"};
  }
  if (!facts.newest_attempt || attempt > *facts.newest_attempt) return Admission::kBegin;
  if (attempt == *facts.newest_attempt || facts.known) {
    if (facts.same_operation) return Admission::kJoin;
    return Error{.code = Code::kAborted,
                 .object = object,
                 .cause = "another order had that number",
                 .hint = "ask for it again: the next one has a higher number"};
  }
  return Error{.code = Code::kAborted,
               .object = object,
               .cause = "attempt " + std::to_string(*facts.newest_attempt) + " was ordered after it",
               .hint = "read the instance again"};
}

}  // namespace edm::worker
