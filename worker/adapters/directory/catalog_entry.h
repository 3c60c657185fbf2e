#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "worker/ports/directory.h"

namespace edm::worker {

// Who publishes, and how it is reached: people use `wan_address`, machines beside it `lan_address`.
struct CatalogSelf {
  std::string worker;
  std::string lan_address;
  std::string wan_address;
};

// A service as Consul's agent knows it.
struct CatalogEntry {
  std::string id;
  std::string name;
  std::vector<std::string> tags;
  std::string lan_address;
  std::string wan_address;
  std::uint16_t port = 0;
  bool is_tcp = true;
  bool operator==(const CatalogEntry&) const = default;
};

// Each endpoint twice: under "<service>.<instance>", and under "<instance>" with the service as tag, which
// DNS finds as <service>.<instance>.service.consul. Of a member likewise under the name of its set, tagged
// with its ordinal as well.
std::vector<CatalogEntry> EntriesOf(const CatalogSelf& self, const std::string& instance,
                                    const Published& published);

// The body that registers an entry, with a TCP check that starts as passing: the worker has just seen it
// accept.
std::string ToRegistration(const CatalogSelf& self, const CatalogEntry& entry);

// Those of /v1/agent/services that this worker registered, by id.
Result<std::map<std::string, CatalogEntry>> ParseEntries(const CatalogSelf& self, const std::string& body);

}  // namespace edm::worker
