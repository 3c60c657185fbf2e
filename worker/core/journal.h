#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/core/records.h"

namespace edm::worker {

struct JournalContents {
  std::uint32_t epoch = 0;
  std::vector<Holding> holdings;
  std::vector<AttemptRecord> attempts;
};

// What a worker must know after a crash. Blocking; any thread. What was put survives a power cut; values that
// are secret are sealed before they reach a disk.
// Errors: kResourceExhausted (disk full), kUnavailable, kDataLoss (a record that cannot be opened or read).
class Journal {
 public:
  virtual ~Journal() = default;

  virtual Result<JournalContents> Load() = 0;
  virtual Status PutEpoch(std::uint32_t epoch) = 0;
  // Both or neither.
  virtual Status Put(const AttemptRecord& attempt, const Holding& holding) = 0;
  virtual Status PutHolding(const Holding& holding) = 0;
  virtual Status DropHolding(const std::string& instance) = 0;
  virtual Status DropAttempt(const std::string& instance, std::uint32_t attempt) = 0;
};

}  // namespace edm::worker
