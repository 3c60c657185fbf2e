#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace edm::worker {

struct OwnTag {
  std::string tag;
  std::string instance;
  bool operator==(const OwnTag&) const = default;
};

// The tags of ours that an image of the engine's list has: of the instance that built it, or of other members
// of the same set, which have pulled it. A single "" where a later build has taken it over. None: it is
// somebody else's. Labels alone do not tell: whoever builds on an image of ours, or commits a container, has
// them too.
std::vector<OwnTag> OwnTagsOf(const nlohmann::json& listed);

// Whether a tag is one that builds of ours get.
bool IsOurTag(const std::string& tag);

// Whether a tag, on an image with these labels, is one that it has only while it is pushed to a registry: a
// kill leaves it there.
bool IsPushTag(const std::string& tag, const nlohmann::json& labels);

}  // namespace edm::worker
