#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edm/v1/model.pb.h"
#include "edmctl/commands/arguments.h"
#include "edmctl/commands/command.h"

namespace edm::ctl {

// --replicas and --on-each-worker.
std::vector<Option> ReplicaOptions();

// How many members were asked for, else how many the folder's edm.yaml says; 0: neither. No folder: "".
Result<std::uint32_t> ReplicasWanted(const Arguments& args, const std::string& folder);

// Lays what was asked for over the spec of an instance that is to be made.
void ApplyReplicas(const Arguments& args, std::uint32_t replicas, v1::InstanceSpec& spec);

}  // namespace edm::ctl
