#include "master/model/copies.h"

#include <algorithm>
#include <utility>

namespace edm::master {

const Copy* Copies::Find(const std::string& worker, const std::string& instance) const {
  const auto there = all_.find(worker);
  if (there == all_.end()) return nullptr;
  const auto found = there->second.find(instance);
  return found == there->second.end() ? nullptr : &found->second;
}

Copy* Copies::Find(const std::string& worker, const std::string& instance) {
  return const_cast<Copy*>(std::as_const(*this).Find(worker, instance));
}

const std::vector<std::string>& Copies::WorkersOf(const std::string& instance) const {
  static const std::vector<std::string> kNone;
  const auto found = workers_.find(instance);
  return found == workers_.end() ? kNone : found->second;
}

Copy& Copies::Add(const std::string& worker, const std::string& instance) {
  const auto [at, is_new] = all_[worker].try_emplace(instance);
  if (is_new) {
    auto& workers = workers_[instance];
    workers.insert(std::ranges::lower_bound(workers, worker), worker);
  }
  return at->second;
}

void Copies::Remove(const std::string& worker, const std::string& instance) {
  const auto there = all_.find(worker);
  if (there == all_.end() || there->second.erase(instance) == 0) return;
  if (there->second.empty()) all_.erase(there);
  ForgetWorkerOf(instance, worker);
}

Copies::OnOne Copies::RemoveAllOf(const std::string& worker) {
  auto node = all_.extract(worker);
  if (node.empty()) return {};
  for (const auto& [instance, copy] : node.mapped()) ForgetWorkerOf(instance, worker);
  return std::move(node.mapped());
}

void Copies::ForgetWorkerOf(const std::string& instance, const std::string& worker) {
  const auto found = workers_.find(instance);
  std::erase(found->second, worker);
  if (found->second.empty()) workers_.erase(found);
}

}  // namespace edm::master
