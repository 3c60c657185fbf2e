#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "master/core/placement/tenants.h"
#include "master/model/records.h"

namespace edm::master {

// What orders under way were promised on a worker, whether or not its samples show it.
struct Promised {
  std::uint64_t memory_mib = 0;
  std::uint64_t disk_mib = 0;
  std::uint64_t networks = 0;
};

// A worker as filters and scores look at it.
struct Site {
  std::shared_ptr<const WorkerRecord> worker;
  std::uint32_t facts_seen = 0;  // how many times its facts have changed
  std::uint64_t id_hash = 0;
  Promised promised;
  Tenants tenants;

  const std::string& id() const { return worker->facts.id; }
  const Load& load() const { return *worker->load; }  // only where there is one
  // The value of its label; "" where it has none.
  const std::string& Label(const std::string& name) const;
};

Promised PromisedOn(const WorkerRecord& worker);

}  // namespace edm::master
