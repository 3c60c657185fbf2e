#pragma once

#include <string>
#include <vector>

#include "master/model/state.h"

namespace edm::master {

// Of the images that an instance has in the registry, by name ("web-r3"), those that no release needs: none
// of that number is recorded, nor made by an operation that is open. What is not named like an image of ours
// stays.
std::vector<std::string> UnneededImages(const State& state, const std::string& instance,
                                        const std::vector<std::string>& names);

// The instances that have fewer releases in `now` than in `before`.
std::vector<std::string> LostReleases(const State& before, const State& now);

}  // namespace edm::master
