#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/time.h"

namespace edm::worker {

// When a master was last heard, kept over restarts of the worker: the steady clock of a machine goes on from
// its start to its end, so a time is good until another boot. Any thread.
class ContactFile {
 public:
  static constexpr Millis kEvery{500};  // no more often is it written

  explicit ContactFile(std::filesystem::path file);

  // None: never since this machine's start.
  std::optional<SteadyTime> Last() const;
  // Without a sync: what a power cut takes ends with the boot as well. What cannot be written is no harm: the
  // fence of a restarted worker closes the sooner.
  void Keep(SteadyTime heard);

 private:
  const std::filesystem::path file_;
  const std::string boot_;  // of this machine
  std::mutex mutex_;
  SteadyTime kept_;  // guarded by mutex_
};

}  // namespace edm::worker
