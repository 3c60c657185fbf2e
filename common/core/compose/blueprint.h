#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/core/spec/app_spec.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// Paths are relative to the checkout and were judged.
struct BuildPlan {
  std::string context;
  std::string dockerfile;         // relative to the context
  std::string dockerfile_inline;  // used instead, when not empty
  std::string target;
  std::string platform;
  std::map<std::string, std::string> args;
};

// A port inside a container. Only published ones get a host port.
struct WantedPort {
  std::uint16_t port = 0;
  std::string protocol = "tcp";
  std::optional<std::uint16_t> host_port;  // this one and no other, from "8080:80"
  bool loopback_only = false;              // "127.0.0.1:8080:80"
  bool published = true;
  bool operator==(const WantedPort&) const = default;
};

// The service's own check, as it is run inside its container.
struct HealthCommand {
  std::vector<std::string> test;  // {"CMD-SHELL", "…"} or {"CMD", program, …}
  Millis interval{30'000};
  Millis timeout{30'000};
  Millis start_period{0};
  std::uint32_t retries = 3;
};

struct Dependency {
  enum class Condition : std::uint8_t { kStarted, kHealthy, kCompleted };
  std::string service;
  Condition condition = Condition::kStarted;
  bool required = true;
};

struct BindMount {
  std::string source;  // relative to the checkout, or absolute when a grant allowed it
  std::string target;
  bool read_only = false;
};

struct ServicePlan {
  std::string name;
  std::string image;  // as written; empty when only built
  std::optional<BuildPlan> build;
  std::string image_of;  // the service of this document whose build makes `image`
  std::vector<WantedPort> ports;
  std::optional<HealthCommand> health;
  std::vector<Dependency> depends_on;
  bool oneshot = false;              // done when it ended with 0
  std::string catalog_name;          // from SERVICE_NAME without ".<id>"; else the service's name
  std::vector<std::string> volumes;  // named ones
  std::vector<std::string> networks;
  std::vector<BindMount> binds;
  std::string restart;  // as written; empty: none given
  Seconds stop_grace{10};
};

// What there is to build, to reserve and to wait for. Services are sorted by name; those behind a profile
// that nothing active depends on are left out.
struct Blueprint {
  std::vector<ServicePlan> services;
  std::vector<std::string> networks;  // each needs a subnet
  std::vector<std::string> volumes;

  const ServicePlan* Find(std::string_view service) const;
};

// From an effective document that was judged. Errors: what edm.yaml names and the document has not.
Result<Blueprint> ReadBlueprint(const yaml::Node& effective, const AppSpec& spec, std::string_view instance);
Result<Blueprint> ReadBlueprint(std::string_view effective_json, const AppSpec& spec,
                                std::string_view instance);

}  // namespace edm::compose
