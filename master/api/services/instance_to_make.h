#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/model/instance.h"
#include "common/rpc/mapping/instance.h"
#include "master/model/state.h"

namespace edm::master {

// The instance that a request with `create` makes where there is none, checked. kAlreadyExists: it is there
// and belongs to another owner than the one named. `environment` goes over that of the spec.
Result<Instance> InstanceToMake(const State& state, const std::string& id, const std::string& owner,
                                const std::string& project, InstanceSpec spec,
                                const std::map<std::string, std::string>& environment);

template <class Request>
Result<Instance> InstanceToMake(const State& state, const Request& request) {
  return InstanceToMake(state, request.id(), request.owner(), request.project(),
                        rpc::FromProto(request.spec()),
                        {request.environment().begin(), request.environment().end()});
}

}  // namespace edm::master
