#pragma once

#include <map>
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

  // Makes the directory say exactly this of the worker's instances: what runs is the truth.
  virtual Status Sweep(const std::map<std::string, Published>& running) = 0;
};

}  // namespace edm::worker
