#include "worker/adapters/docker/stop_order.h"

#include <algorithm>
#include <set>
#include <string>

namespace edm::worker {

std::vector<std::vector<std::size_t>> StopOrder(const std::vector<Inspected>& containers) {
  std::vector<std::vector<std::size_t>> groups;
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < containers.size(); ++i) left.insert(i);
  while (!left.empty()) {
    std::set<std::string> needed;
    for (const std::size_t i : left) {
      for (const auto& dependency : containers[i].dependencies) {
        if (dependency.service != containers[i].facts.service) needed.insert(dependency.service);
      }
    }
    std::vector<std::size_t> group;
    std::copy_if(left.begin(), left.end(), std::back_inserter(group),
                 [&](std::size_t i) { return !needed.contains(containers[i].facts.service); });
    if (group.empty()) group.assign(left.begin(), left.end());
    for (const std::size_t i : group) left.erase(i);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace edm::worker
