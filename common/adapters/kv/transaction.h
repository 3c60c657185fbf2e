#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/ports/kv_store.h"

namespace edm {

inline constexpr std::size_t kKvKeyBytesMax = 512;

// What every store refuses: too many or too large operations (kResourceExhausted), keys that are empty, too
// long, not printable ASCII or with odd parts, and checks that expect nothing (kInvalidArgument).
Status CheckTransaction(const std::vector<KvOp>& ops, const KvLimits& limits);
Status CheckKey(const std::string& key);

// kAborted: what `op` expects is not so. `found` is the entry's revision, 0 for none.
Status CheckExpected(const KvOp& op, KvRevision found);

Error KvConflict(const std::string& key, std::optional<KvRevision> expected, KvRevision found);

// The smallest key after all that begin with `prefix`; none when there is no such key.
std::optional<std::string> PrefixEnd(std::string prefix);

}  // namespace edm
