#pragma once

#include <string>
#include <string_view>

namespace edm {

// What a trial of an instance's next release is called where instances are named on an engine: a compose
// project of its own. No instance can have that name, for no id has a '_'.
std::string TrialOf(std::string_view instance);

// The instance that a name on an engine belongs to: of a trial, the instance that is tried.
std::string_view InstanceOf(std::string_view name);
bool IsTrial(std::string_view name);

}  // namespace edm
