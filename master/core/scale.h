#pragma once

#include <vector>

#include "master/core/draft.h"

namespace edm::master {

// Whether an instance of that id can have so many members. kInvalidArgument.
Status CheckReplicas(const std::string& id, std::uint32_t replicas);
Status CheckEachWorker(const std::string& id, const InstanceSpec& spec);

// Whether the instance may have that many members.
Status CheckScale(const State& state, const InstanceRecord& instance, std::uint32_t replicas);

// Whether it is one more than the set shall have.
bool IsTooMany(const State& state, const InstanceRecord& set, const std::string& member);

// How many it has, or is to have.
std::size_t MembersWanted(const State& state, const InstanceRecord& set);

// Makes the records of the members that a set lacks.
void AddMembers(Draft& draft, const std::string& set);

// Those that it is to have, by ordinal, as they are or would be made.
std::vector<InstanceRecord> MembersToBe(const State& state, const InstanceRecord& set);

// Gives the members of a set the spec that it has now.
void ShareSpec(Draft& draft, const std::string& set);

// Those that are too many go, the highest first; those that were just made start, where the set is to run.
Rollout RolloutOfScale(const State& state, const OperationRecord& record);

}  // namespace edm::master
