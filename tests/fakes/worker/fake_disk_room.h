#pragma once

#include <atomic>
#include <optional>

#include "worker/ports/disk_room.h"

namespace edm::worker {

// Says what it is told to. Any thread; what it says is set between orders.
class FakeDiskRoom final : public DiskRoom {
 public:
  Status Ensure(const Say& say) override {
    if (said) say(*said);
    if (refusal) return *refusal;
    return Ok();
  }
  bool Clear(const Say&) override {
    ++cleared;
    return can_clear;
  }
  void BuildsBegin(std::size_t images) override {
    ++open;
    built += images;
  }
  void BuildsEnd() override { --open; }

  std::optional<Error> refusal;
  std::optional<std::string> said;
  bool can_clear = true;
  std::atomic<int> cleared = 0;
  std::atomic<int> open = 0;  // builds that began and have not ended
  std::atomic<std::size_t> built = 0;
};

}  // namespace edm::worker
