#include "common/model/trial_name.h"

namespace edm {
namespace {

constexpr std::string_view kSuffix = "_trial";

}  // namespace

std::string TrialOf(std::string_view instance) { return std::string(instance) + std::string(kSuffix); }

std::string_view InstanceOf(std::string_view name) {
  if (IsTrial(name)) name.remove_suffix(kSuffix.size());
  return name;
}

bool IsTrial(std::string_view name) { return name.ends_with(kSuffix); }

}  // namespace edm
