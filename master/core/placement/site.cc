#include "master/core/placement/site.h"

namespace edm::master {

const std::string& Site::Label(const std::string& name) const {
  static const std::string kNone;
  const auto found = worker->facts.labels.find(name);
  return found == worker->facts.labels.end() ? kNone : found->second;
}

Promised PromisedOn(const WorkerRecord& worker) {
  Promised sum;
  for (const auto& one : worker.reservations) {
    sum.memory_mib += one.memory_mib;
    sum.disk_mib += one.disk_mib;
    sum.networks += one.new_network ? 1 : 0;
  }
  return sum;
}

}  // namespace edm::master
