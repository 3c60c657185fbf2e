#include "master/core/time_given.h"

#include <algorithm>

#include "master/core/members.h"
#include "master/core/scale.h"

namespace edm::master {
namespace {

Millis ForOne(const Settings& settings, OperationKind kind, Until until) {
  switch (kind) {
    case OperationKind::kSource:
      return settings.source_deadline;
    case OperationKind::kBuild:
      return settings.build_deadline;
    case OperationKind::kMove:
    case OperationKind::kScale:
      return settings.deploy_deadline;
    case OperationKind::kDeploy:
    case OperationKind::kRefresh:
      return until == Until::kSource ? settings.source_deadline : settings.deploy_deadline;
    case OperationKind::kStop:
      return settings.stop_deadline;
    case OperationKind::kDelete:
      return settings.delete_deadline;
    default:
      return settings.start_deadline;
  }
}

}  // namespace

Millis TimeGiven(const State& state, const std::string& instance, OperationKind kind, Until until) {
  const auto one = ForOne(state.settings, kind, until);
  const auto record = state.instances.Find(instance);
  const bool at_once = kind == OperationKind::kStop || kind == OperationKind::kDelete;
  if (!IsSet(record->instance) || at_once || until == Until::kSource) return one;
  return std::min(one * std::max(1, static_cast<int>(MembersWanted(state, *record))), kTimeoutMax);
}

}  // namespace edm::master
