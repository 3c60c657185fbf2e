#pragma once

#include "common/base/result.h"
#include "edm/v1/state.pb.h"
#include "worker/core/records.h"

namespace edm::worker {

v1::StoredAttempt ToStored(const AttemptRecord& record);
// Error kDataLoss: a record of another version of this program.
Result<AttemptRecord> FromStored(const v1::StoredAttempt& stored);

v1::StoredHolding ToStored(const Holding& holding);
Holding FromStored(const v1::StoredHolding& stored);

}  // namespace edm::worker
