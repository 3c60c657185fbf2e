#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/ports/kv_store.h"

namespace edm {

// Consul's JSON of its K/V store. `prefix` stands before every key in Consul and nowhere here.

// The body of PUT /v1/txn.
std::string ConsulTransactionBody(const std::vector<KvOp>& ops, const std::string& prefix);

// What GET /v1/kv answers: an array of entries, sorted by key. Error kDataLoss: it is none.
Result<std::vector<KvEntry>> ParseConsulEntries(std::string_view json, const std::string& prefix);

// Why a transaction was refused (409): kAborted, naming the key.
Error ParseConsulConflict(std::string_view json, const std::vector<KvOp>& ops);

}  // namespace edm
