#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace edm {

// Grows with each change of an entry; 0 means that there is none.
using KvRevision = std::uint64_t;

struct KvEntry {
  std::string key;
  std::string value;
  KvRevision revision = 0;
};

struct KvOp {
  enum class Kind : std::uint8_t { kPut, kDelete, kCheck } kind = Kind::kPut;  // kCheck changes nothing
  std::string key;
  std::string value;
  // The whole transaction is refused (kAborted) unless the entry has this revision; 0: must not exist.
  std::optional<KvRevision> expected;
};

struct KvSnapshot {
  std::vector<KvEntry> entries;  // sorted by key
  KvRevision revision = 0;       // of the store: give it to the next Watch
};

// How much a store takes in one transaction.
struct KvLimits {
  std::size_t ops = 0;
  std::size_t bytes = 0;  // of keys and values
};

// The only truth that outlives a master. Blocking; any thread. What was acknowledged survives a power cut.
// Errors: kUnavailable (the store is away; a write may or may not have happened), kAborted (an expected
// revision did not hold; nothing was written), kResourceExhausted (its limits).
class KvStore {
 public:
  // What every store takes in one transaction.
  static constexpr std::size_t kOpsMax = 64;  // Consul's limit
  static constexpr std::size_t kTransactionBytesMax =
      380'000;  // keys + values: base64 of it stays below 512 KiB

  virtual ~KvStore() = default;

  // What this one takes: each transaction waits for the disk once, so fewer are quicker.
  virtual KvLimits limits() const { return {kOpsMax, kTransactionBytesMax}; }

  virtual Result<std::optional<KvEntry>> Get(const std::string& key) = 0;
  virtual Result<KvSnapshot> List(const std::string& prefix) = 0;

  // All or nothing, in the order given.
  virtual Status Transact(const std::vector<KvOp>& ops) = 0;

  // Returns when something under `prefix` is newer than `since`, or after `wait` with what is there.
  virtual Result<KvSnapshot> Watch(const std::string& prefix, KvRevision since, Millis wait) = 0;
};

}  // namespace edm
