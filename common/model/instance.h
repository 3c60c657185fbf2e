#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/endpoint.h"
#include "common/model/lifecycle.h"
#include "common/model/order.h"
#include "common/model/placement.h"

namespace edm {

enum class SourceKind : std::uint8_t { kNone = 0, kUpload = 1, kPush = 2, kGit = 3 };

// Where the files of a release come from; a commit of the instance's own repo always stands behind it.
struct Source {
  SourceKind kind = SourceKind::kNone;
  std::string commit;
  std::string branch;
  std::string git_url;
  std::string ref;
  std::string digest;  // sha256 of what was uploaded
  std::uint32_t files = 0;
  std::uint32_t size_kib = 0;
  std::uint32_t replicas = 0;  // that its edm.yaml asks for; 0: it does not say
};

enum class Strategy : std::uint8_t { kDefault = 0, kSpread = 1, kBinpack = 2 };

// A wish about a worker's label.
struct Affinity {
  std::string label;
  std::string value;
  std::int32_t weight = 0;  // -100 to 100; negative: rather not there
  bool operator==(const Affinity&) const = default;
};

// Where an instance may run, and where it had better; Requirements of model.proto says each.
struct Requirements {
  std::string architecture;
  std::uint32_t gpus = 0;
  std::uint32_t disk_mib = 0;
  std::vector<std::uint32_t> host_ports;
  std::vector<std::string> apart_from;
  bool one_per_worker = false;
  std::vector<Affinity> affinities;
  std::string spread_by;
  Strategy strategy = Strategy::kDefault;
  bool singleton = false;
  bool operator==(const Requirements&) const = default;
};

struct InstanceSpec {
  std::string branch = "main";
  std::string template_name;
  std::map<std::string, std::string> environment;
  std::uint32_t memory_mib = 0;
  double cpus = 0;
  std::map<std::string, std::string> worker_labels;
  Requirements requirements;
  std::uint32_t replicas = 0;   // members; 0: it has none, and is one copy itself
  bool on_each_worker = false;  // a member on each worker that has the labels
};

// Of a set: how one of its members is.
struct MemberStatus {
  std::string id;
  std::uint32_t ordinal = 0;
  std::string worker;
  std::string address;
  Phase phase = Phase::kPending;
  Health health = Health::kUnknown;
  std::uint32_t release = 0;
  bool operator==(const MemberStatus&) const = default;
};

struct InstanceStatus {
  Target desired = Target::kNothing;
  Phase phase = Phase::kPending;
  Health health = Health::kUnknown;
  std::string worker;
  std::string address;
  std::uint32_t attempt = 0;
  std::uint32_t release = 0;  // what runs, or ran last
  std::uint32_t newest_release = 0;
  std::vector<Endpoint> endpoints;
  std::vector<ServiceStatus> services;
  std::optional<Error> failure;
  std::string operation;
  std::optional<Placement> placement;
  Source source;
  bool keeps_data = false;            // in volumes or folders of its worker: that does not move by itself
  std::vector<MemberStatus> members;  // of a set, by ordinal
};

// One deployed, addressable thing: what was asked for (spec) and what is so (status). Either one copy on one
// worker, or a set, whose copies are instances of their own (member_name.h) and whose status is their sum.
struct Instance {
  std::string id;
  std::string owner;
  std::string project;
  std::string description;
  std::map<std::string, std::string> annotations;
  InstanceSpec spec;
  InstanceStatus status;
  std::uint32_t revision = 0;  // grows with each change of the spec
  WallTime created_at;
  WallTime updated_at;
};

// Immutable but for `good` and `kept`.
struct Release {
  std::string instance;
  std::uint32_t number = 0;
  Source source;
  std::string template_name;
  std::string template_commit;
  std::vector<ReleaseImage> images;
  std::vector<std::string> grants;
  std::string worker;
  bool good = false;
  bool kept = true;
  std::string operation;
  WallTime created_at;
};

}  // namespace edm
