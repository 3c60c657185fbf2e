#pragma once

#include <memory>
#include <string>
#include <vector>

#include "master/model/state.h"

namespace edm::master {

// Of the images that an instance has in the registry, by name ("web-r3"), those that no release of it or of
// its members needs: none of that number is recorded, nor made by an operation that is open. What is not
// named like an image of ours stays.
std::vector<std::string> UnneededImages(const State& state, const std::string& instance,
                                        const std::vector<std::string>& names);

// The instances that have fewer releases in `now` than in `before`; for a member, its set.
std::vector<std::string> LostReleases(const State& before, const State& now);

// The release of that number and commit of another member, whose images are all in the registry; null: none
// is.
std::shared_ptr<const Release> StoredBySibling(const State& state, const std::string& member,
                                               std::uint32_t number, const std::string& commit);

}  // namespace edm::master
