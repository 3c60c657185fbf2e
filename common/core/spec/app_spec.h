#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/core/yaml/node.h"

namespace edm {

// A file made at start from a template in the source, and mounted into services.
struct RenderSpec {
  std::string from;                   // in the source
  std::string to;                     // absolute, in the containers
  std::vector<std::string> services;  // empty: all
  yaml::Position at;
};

// A container port that people reach from outside.
struct PublishSpec {
  std::string service;
  std::uint16_t port = 0;
  yaml::Position at;
};

// A check of ours over HTTP (path set) or of the port alone.
struct HealthSpec {
  std::string service;  // empty: the service that has the port
  std::string path;     // "/healthz"; empty: the port accepts
  std::optional<std::uint16_t> port;
  std::optional<Millis> time;  // how long the start may take
  yaml::Position at;
};

// What edm.yaml says. Every key is optional; deploy/edm.schema.json says the same.
struct AppSpec {
  std::string template_name;
  std::string compose;  // the compose file; empty: looked for
  std::vector<RenderSpec> render;
  std::vector<PublishSpec> publish;  // empty: every port that the services name
  std::optional<HealthSpec> health;
  std::map<std::string, std::string> build_args;  // for every service that is built
  std::vector<std::string> oneshot;
  yaml::Position oneshot_at;
  std::uint32_t replicas = 0;  // members of an instance that is made of it; 0: it does not say
};

constexpr std::string_view kAppSpecFile = "edm.yaml";

// Error: the first problem as "edm.yaml:3:5 health.port", the others as evidence.
Result<AppSpec> ReadAppSpec(std::string_view text, std::string_view name = kAppSpecFile);

// deploy/edm.schema.json (JSON schema, draft 07), as built in.
std::string_view AppSpecSchema();

// A commented file to start from.
std::string_view AppSpecSample();

}  // namespace edm
