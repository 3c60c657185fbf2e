#include "master/core/adopt.h"

#include <algorithm>

#include "common/model/epoch.h"
#include "master/core/end_operation.h"
#include "master/core/evict.h"

namespace edm::master {
namespace {

void EndWhatIsOlder(Draft& draft, const Observation& seen) {
  for (const auto& found : OpenOf(draft.state(), seen.instance)) {
    if (found->attempt >= seen.attempt) continue;
    EndOperation(draft, *found, OperationState::kFailed,
                 Error{Code::kAborted,
                       "instance " + seen.instance,
                       "this master was restored from a backup, and the instance has gone on since",
                       {},
                       "ask for it again if you still want it"});
  }
}

}  // namespace

void AdoptNewer(Draft& draft, const std::string& worker, const Observation& seen) {
  if (draft.state().epoch <= kEpochLeap || seen.phase == Phase::kDeleted) return;
  if (seen.operation == kEvictionName) return;  // a copy that is on its way out, with a number of its own
  const auto found = draft.state().instances.Find(seen.instance);
  if (found == nullptr || seen.attempt <= found->attempts) return;
  EndWhatIsOlder(draft, seen);
  auto changed = *draft.state().instances.Find(seen.instance);
  changed.attempts = seen.attempt;
  changed.releases = std::max(changed.releases, seen.release);
  changed.tried_release = std::max(changed.tried_release, seen.release);
  auto& status = changed.instance.status;
  status.attempt = seen.attempt;
  status.worker = worker;
  status.operation = seen.operation;
  status.failure.reset();
  const auto record = draft.state().workers.Find(worker);
  if (record && seen.release != 0 && status.address != record->facts.public_address) {
    status.address = record->facts.public_address;
    draft.Change(StoredAddress{seen.instance, status.address});
  }
  draft.PutStatus(std::move(changed));
  draft.Event({{},
               "instance.adopted",
               seen.instance,
               seen.operation,
               worker,
               "its worker knows of attempt " + std::to_string(seen.attempt)});
}

}  // namespace edm::master
