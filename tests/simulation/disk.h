#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/fakes/worker/memory_release_files.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/machine_clock.h"
#include "tests/simulation/worker_events.h"
#include "worker/core/journal.h"

namespace edm::simulation {

// What a worker's machine keeps over kills and power cuts.
struct Disk {
  std::uint32_t epoch = 0;
  std::map<std::string, worker::Holding> holdings;
  std::map<std::pair<std::string, std::uint32_t>, worker::AttemptRecord> attempts;
  WorkerEvents events;
  worker::MemoryReleaseFiles files;
  std::map<std::string, std::string> checkouts;  // directory to commit
  int slowness = 1;                              // so many times as long as usual
};

// The journal of one process on it. A write takes its time where the caller can be held up; killed meanwhile,
// it has happened or not, and never in part. What is read back has gone through the stored form.
class DiskJournal final : public worker::Journal {
 public:
  using OnPut = std::function<void(const worker::AttemptRecord* before, const worker::AttemptRecord& now)>;

  struct Parts {
    Agenda& agenda;
    Dice& dice;
    Disk& disk;
    const bool& is_held;  // the caller holds a lock: a write takes no time
    OnPut on_put;
    std::function<void(std::uint32_t epoch)> on_epoch;
  };
  explicit DiskJournal(Parts parts) : parts_(std::move(parts)) {}

  Result<worker::JournalContents> Load() override;
  Status PutEpoch(std::uint32_t epoch) override;
  Status Put(const worker::AttemptRecord& attempt, const worker::Holding& holding) override;
  Status PutHolding(const worker::Holding& holding) override;
  Status DropHolding(const std::string& instance) override;
  Status DropAttempt(const std::string& instance, std::uint32_t attempt) override;

 private:
  void Write(const std::function<void()>& change, bool at_once);

  const Parts parts_;
};

}  // namespace edm::simulation
