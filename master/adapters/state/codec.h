#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/ports/kv_store.h"
#include "master/adapters/state/sealer.h"
#include "master/model/decision.h"

namespace edm::master {

// One change as an operation of the store. Values of the environment are sealed on the way.
KvOp Encode(const Change& change, const Sealer& sealer);

// One record as the store gave it; kDataLoss names the key when it is damaged.
Result<InstanceRecord> DecodeSpec(const KvEntry& entry, const Sealer& sealer);
Status DecodeStatus(const KvEntry& entry, InstanceRecord& into);
Result<OperationRecord> DecodeOperation(const KvEntry& entry);
Result<Release> DecodeRelease(const KvEntry& entry);
Result<WorkerRecord> DecodeWorker(const KvEntry& entry);
Result<TokenRecord> DecodeToken(const KvEntry& entry);
Result<RequestRecord> DecodeRequest(const KvEntry& entry);

}  // namespace edm::master
