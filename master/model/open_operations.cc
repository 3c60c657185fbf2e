#include "master/model/open_operations.h"

namespace edm::master {
namespace {

std::string KeyOf(std::string_view instance, std::string_view operation) {
  return std::string(instance).append("/").append(operation);
}

}  // namespace

void OpenOperations::Insert(const std::string& operation, const std::string& instance) {
  if (contains(operation)) return;
  instances_.Put(operation, instance);
  by_instance_.Put(KeyOf(instance, operation), operation);
}

void OpenOperations::Erase(const std::string& operation) {
  const auto found = instances_.find(operation);
  if (found == instances_.end()) return;
  by_instance_.Erase(KeyOf(found->second, operation));
  instances_.Erase(operation);
}

std::vector<std::string> OpenOperations::ids() const {
  std::vector<std::string> ids;
  ids.reserve(size());
  for (const auto& [id, instance] : instances_) ids.push_back(id);
  return ids;
}

std::vector<std::string> OpenOperations::OfInstance(std::string_view instance) const {
  std::vector<std::string> ids;
  const auto prefix = KeyOf(instance, "");
  for (auto at = by_instance_.lower_bound(prefix); at != by_instance_.end() && at->first.starts_with(prefix);
       ++at)
    ids.push_back(at->second);
  return ids;
}

OpenOperations OpenOperations::Share() {
  OpenOperations copy;
  copy.instances_ = instances_.Share();
  copy.by_instance_ = by_instance_.Share();
  return copy;
}

}  // namespace edm::master
