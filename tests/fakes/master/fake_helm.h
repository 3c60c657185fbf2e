#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "master/ports/helm.h"

namespace edm::master {

// Says what the test says.
class FakeHelm final : public Helm {
 public:
  Standing Now() const override {
    const std::lock_guard lock(mutex_);
    Standing standing{.self = {"m1", "", "", "here"}};
    if (!leader_.empty()) standing.leader = MasterPlace{"m2", "", "", leader_};
    return standing;
  }
  bool leads() const override { return leads_; }
  Error WhyNone() const override { return {Code::kUnavailable, "master", "none leads", {}, ""}; }
  bool electing() const override { return electing_; }
  void Passed() override { ++passed_; }
  void WhenFresh(std::function<void()> call) override { call(); }

  void Follow(const std::string& leader) {
    const std::lock_guard lock(mutex_);
    leader_ = leader;
  }
  std::atomic<bool> leads_ = false;
  std::atomic<bool> electing_ = false;
  std::atomic<int> passed_ = 0;

 private:
  mutable std::mutex mutex_;
  std::string leader_;
};

}  // namespace edm::master
