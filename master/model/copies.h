#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/time.h"
#include "common/model/lifecycle.h"

namespace edm::master {

// What a worker has of an instance, as it reported last, and what was done about it when nobody wants it
// there.
struct Copy {
  std::uint32_t attempt = 0;
  Phase phase = Phase::kPending;
  std::uint32_t release = 0;  // runs; 0: none
  std::optional<SteadyTime> unwanted_since;
  std::uint32_t evicting = 0;  // the attempt of the eviction; 0: none was ordered
  std::uint32_t tries = 0;
  SteadyTime next_try;
};

// The copies on all workers, found by the worker and by the instance. The loop's thread.
class Copies {
 public:
  using OnOne = std::map<std::string, Copy>;  // by instance

  const Copy* Find(const std::string& worker, const std::string& instance) const;
  Copy* Find(const std::string& worker, const std::string& instance);
  // Workers that have one; sorted.
  const std::vector<std::string>& WorkersOf(const std::string& instance) const;
  const std::map<std::string, OnOne>& all() const { return all_; }  // by worker

  Copy& Add(const std::string& worker, const std::string& instance);  // or the one that is there
  void Remove(const std::string& worker, const std::string& instance);
  OnOne RemoveAllOf(const std::string& worker);

  // `each(instance, copy)` may change the copy, and neither adds nor removes any.
  template <class Each>
  void ForEachOn(const std::string& worker, const Each& each) {
    const auto there = all_.find(worker);
    if (there == all_.end()) return;
    for (auto& [instance, copy] : there->second) each(instance, copy);
  }

 private:
  void ForgetWorkerOf(const std::string& instance, const std::string& worker);

  std::map<std::string, OnOne> all_;
  std::unordered_map<std::string, std::vector<std::string>> workers_;  // by instance
};

}  // namespace edm::master
