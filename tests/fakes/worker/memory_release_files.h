#pragma once

#include <map>
#include <mutex>
#include <utility>

#include "worker/ports/release_files.h"

namespace edm::worker {

// Release folders in memory. Any thread.
class MemoryReleaseFiles final : public ReleaseFiles {
 public:
  std::string CheckoutDirectory(const std::string& instance, std::uint32_t release) const override {
    return "/" + instance + "/r" + std::to_string(release) + "/checkout";
  }
  std::string RenderedDirectory(const std::string& instance, std::uint32_t release) const override {
    return "/" + instance + "/r" + std::to_string(release) + "/rendered";
  }
  Status WriteFinal(const std::string& instance, std::uint32_t release, const std::string& compose_json,
                    const std::map<std::string, std::string>&) override {
    const std::lock_guard lock(mutex_);
    finals_[{instance, release}] = compose_json;
    return Ok();
  }
  Result<std::string> ReadFinal(const std::string& instance, std::uint32_t release) override {
    const std::lock_guard lock(mutex_);
    const auto found = finals_.find({instance, release});
    if (found == finals_.end()) return Error{Code::kNotFound, "compose.json", "there is none"};
    return found->second;
  }
  // Only the final files are held here.
  bool IsSame(const std::string&, std::uint32_t, std::uint32_t, const std::string&) const override {
    return false;
  }
  Result<std::vector<std::uint32_t>> Releases(const std::string& instance) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint32_t> releases;
    for (const auto& [key, text] : finals_) {
      if (key.first == instance) releases.push_back(key.second);
    }
    return releases;
  }
  Status Drop(const std::string& instance, std::uint32_t release) override {
    const std::lock_guard lock(mutex_);
    finals_.erase({instance, release});
    return Ok();
  }
  Status DropAll(const std::string& instance) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(finals_, [&](const auto& one) { return one.first.first == instance; });
    return Ok();
  }
  bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return finals_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::uint32_t>, std::string> finals_;
};

}  // namespace edm::worker
