#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/fake_container_runtime.h"
#include "worker/ports/image_exchange.h"

namespace edm::worker {

// A registry in memory, which an engine in memory pushes to and pulls from. Any thread.
class FakeImageExchange final : public ImageExchange {
 public:
  explicit FakeImageExchange(FakeContainerRuntime& runtime) : runtime_(runtime) {}

  // Each call fails with it until it is taken back.
  void SetFailure(std::optional<Error> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
  }
  // Called in each push, before anything is there.
  void OnPush(std::function<void()> call) { on_push_ = std::move(call); }
  void Lose() {
    const std::lock_guard lock(mutex_);
    images_.clear();
  }
  // "push edm/shop:web-r1", "pull sha256:…", in the order they began.
  std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

  Result<std::string> Push(const ImageRepository& to, const std::string& tag, const std::string& name,
                           std::stop_token stop) override {
    if (on_push_) on_push_();
    const std::lock_guard lock(mutex_);
    calls_.push_back("push " + to.name + ":" + name);
    if (stop.stop_requested()) return Error{Code::kCancelled, "image " + tag, "cancelled"};
    if (failure_) return *failure_;
    EDM_TRY(const auto id, runtime_.ImageId(tag));
    EDM_TRY(const auto everything, runtime_.Everything());
    const auto found = std::ranges::find_if(everything.images, [&](const auto& one) { return one.id == id; });
    if (found == everything.images.end()) return Error{Code::kNotFound, "image " + tag, "there is none"};
    const auto digest = "sha256:" + std::to_string(std::hash<std::string>()(to.name + id));
    images_[to.name + "@" + digest] = *found;
    return digest;
  }

  Result<std::string> Pull(const ImageRepository& from, const std::string& digest, const std::string& tag,
                           std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("pull " + digest);
    if (stop.stop_requested()) return Error{Code::kCancelled, "image " + tag, "cancelled"};
    if (failure_) return *failure_;
    const auto found = images_.find(from.name + "@" + digest);
    if (found == images_.end()) return Error{Code::kNotFound, "image " + digest, "the registry has none"};
    runtime_.AddImage(found->second, tag);
    return found->second.id;
  }

 private:
  FakeContainerRuntime& runtime_;
  std::function<void()> on_push_;
  mutable std::mutex mutex_;
  std::optional<Error> failure_;                     // guarded by mutex_
  std::map<std::string, Footprint::Object> images_;  // guarded by mutex_; by repository and digest
  std::vector<std::string> calls_;                   // guarded by mutex_
};

}  // namespace edm::worker
