#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/model/instance.h"
#include "master/model/state.h"

namespace edm::master {

// The instance that a request with `create` makes where there is none, checked. kAlreadyExists: it is there
// and belongs to another owner than the one named.
Result<Instance> InstanceToMake(const State& state, const std::string& id, const std::string& owner,
                                const std::string& project, std::map<std::string, std::string> environment);

template <class Request>
Result<Instance> InstanceToMake(const State& state, const Request& request) {
  return InstanceToMake(state, request.id(), request.owner(), request.project(),
                        {request.environment().begin(), request.environment().end()});
}

}  // namespace edm::master
