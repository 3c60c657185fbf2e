#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/chunked_map.h"

namespace edm::master {

// The operations that have not ended, by rising id, and which of them are of one instance.
class OpenOperations {
 public:
  void Insert(const std::string& operation, const std::string& instance);
  void Erase(const std::string& operation);

  std::vector<std::string> ids() const;
  std::vector<std::string> OfInstance(std::string_view instance) const;
  bool contains(std::string_view operation) const { return instances_.contains(operation); }
  std::size_t size() const { return instances_.size(); }
  bool empty() const { return instances_.empty(); }

  // For readers; it never changes again.
  OpenOperations Share();

 private:
  ChunkedMap<std::string> instances_;    // by operation
  ChunkedMap<std::string> by_instance_;  // operations, by "<instance>/<operation>"
};

}  // namespace edm::master
