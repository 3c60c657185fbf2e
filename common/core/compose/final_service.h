#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/core/compose/final_compose.h"
#include "common/core/yaml/node.h"

namespace edm::compose {

// One service as it runs. Dollar signs are single still.
Result<yaml::Node> FinalService(const ServicePlan& plan, const Blueprint& blueprint,
                                const yaml::Node& written, const FinalInput& input);

// The user's labels (may be null), those of `input`, and ours.
yaml::Node LabelsWith(const yaml::Node* written, const FinalInput& input);

// A path of the checkout; an absolute one, which a grant allowed, stays.
std::string AbsolutePath(std::string_view path, const FinalInput& input);

}  // namespace edm::compose
