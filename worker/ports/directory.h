#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/endpoint.h"

namespace edm::worker {

// What a worker publishes of one instance.
struct Published {
  std::vector<Endpoint> endpoints;
  std::map<std::string, std::string> catalog_names;  // service to another name than its own
};

// What shall be published now.
struct Standing {
  std::map<std::string, Published> running;
  std::set<std::string> in_hand;  // instances with an attempt under way: it publishes and withdraws itself
};

// Where others look: who holds an instance, and how it is reached. Blocking; any thread; idempotent.
// Errors: kUnavailable (try again later).
class Directory {
 public:
  virtual ~Directory() = default;

  // instance/<id>/ip
  virtual Status PutHolder(const std::string& instance) = 0;
  // Leaves what another worker has put.
  virtual Status DropHolder(const std::string& instance) = 0;

  // Replaces what was published of the instance.
  virtual Status PutEndpoints(const std::string& instance, const Published& published) = 0;
  virtual Status DropEndpoints(const std::string& instance) = 0;

  // Makes the directory say exactly this of the worker's instances: what runs is the truth. Asks `standing`
  // at a moment when nothing is being published, so that an attempt that ends meanwhile is not swept away.
  virtual Status Sweep(const std::function<Standing()>& standing) = 0;
};

}  // namespace edm::worker
