#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/endpoint.h"
#include "common/model/lifecycle.h"

namespace edm {

// A repo and how to read it; the credential is made for one order.
struct RepoAccess {
  std::string url;
  std::string user;
  std::string password;
  std::string commit;  // 40 hex digits
};

// A repository of images in a registry, and how to read and write it; the credential is made for one order.
struct ImageRepository {
  std::string registry;  // "10.0.0.10:5000"
  std::string name;      // "edm/5f0c2a91/shop"
  std::string user;
  std::string password;
  std::string token;  // bearer, instead of user and password
  std::string ca;     // PEM, whom to believe; "": the system's CAs
};

struct ReleaseImage {
  std::string service;
  std::string id;        // sha256:…
  std::string digest{};  // of its manifest in the registry, sha256:…; "": it is not there
  bool operator==(const ReleaseImage&) const = default;
};

// What a master wants of one worker for one instance: worker_service.proto tells the whole conversation.
struct Order {
  std::uint32_t epoch = 0;
  std::string instance;
  std::uint32_t attempt = 0;
  std::string operation;
  Target target = Target::kNothing;
  std::string owner;
  std::string project;
  std::uint32_t release = 0;
  bool build = false;
  bool restart = false;
  bool no_cache = false;
  std::optional<RepoAccess> source;
  std::optional<RepoAccess> template_source;
  std::string template_name;
  std::map<std::string, std::string> environment;
  bool keep_volumes = false;
  std::uint32_t good_release = 0;  // put back when `release` does not start; 0: none
  std::vector<std::uint32_t> kept_releases;
  WallTime deadline;  // by the master's clock, for people
  bool holds_address = false;
  std::optional<Millis> time_left;            // from when it was sent
  bool singleton = false;                     // never two live copies
  bool leave_address = false;                 // instance/<id>/ip is the master's to write
  std::optional<ImageRepository> repository;  // of the instance; none: there is no registry
  std::vector<ReleaseImage> images;  // with `build`: what was built of it before, to be pulled if possible
};

enum class StepState : std::uint8_t { kPending = 0, kRunning = 1, kDone = 2, kFailed = 3, kSkipped = 4 };

// A part of an operation, as people see it.
struct Step {
  std::string name;  // source, place, policy, build, start, stop, delete
  StepState state = StepState::kPending;
  std::string detail;
  std::optional<WallTime> started_at;
  std::optional<WallTime> ended_at;
};

struct BuildLine {
  std::string service;
  bool is_stderr = false;
  std::string text;
};

struct Built {
  std::vector<ReleaseImage> images;
  std::string template_commit;
  std::vector<std::string> grants;
  std::string template_name{};
};

struct AttemptEnd {
  Phase phase = Phase::kPending;
  std::optional<Error> failure;
  std::uint32_t running_release = 0;   // what runs now; 0: nothing
  std::uint32_t restored_release = 0;  // the good one that was put back
  bool still_serves = false;           // it was never replaced
  std::vector<Endpoint> endpoints;
  std::vector<ServiceStatus> services;
  bool keeps_data = false;  // in volumes or folders of its worker
};

struct Warning {
  std::string text;
};

// One line of an attempt's history. Cursors start at 1 and have no hole.
struct AttemptEvent {
  std::uint32_t cursor = 0;
  WallTime time;
  std::variant<Phase, Step, BuildLine, Warning, Built, AttemptEnd> what;
};

// What a worker sees of one instance, whatever orders said.
struct Observation {
  std::string instance;
  std::uint32_t attempt = 0;
  Phase phase = Phase::kPending;
  Health health = Health::kUnknown;
  std::uint32_t release = 0;
  std::vector<Endpoint> endpoints;
  std::vector<ServiceStatus> services;
  std::string operation;
  bool keeps_data = false;  // in volumes or folders of its worker
};

}  // namespace edm
