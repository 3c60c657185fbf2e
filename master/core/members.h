#pragma once

#include <memory>
#include <string>
#include <vector>

#include "master/model/state.h"

namespace edm::master {

// Whether it has members, which are its copies, and is none itself.
bool IsSet(const Instance& instance);

// Those of a set, by ordinal.
std::vector<std::shared_ptr<const InstanceRecord>> MembersOf(const State& state, const std::string& set);

// What the set's status says while its members are like this.
InstanceStatus SumOf(InstanceStatus set, const std::vector<std::shared_ptr<const InstanceRecord>>& members);

// The record of a release. A member that has none of its own goes by the set's, which names no worker.
std::shared_ptr<const Release> ReleaseOf(const State& state, const std::string& instance,
                                         std::uint32_t number);

// Why an order on one member alone is refused.
Error BelongsToSet(const std::string& member);

// What is so of the members of a set, a line for each that is there.
std::vector<std::string> HowTheyAre(const InstanceStatus& set);

}  // namespace edm::master
