#pragma once

#include "common/model/endpoint.h"
#include "common/model/order.h"
#include "edm/v1/model.pb.h"
#include "edm/v1/registry_service.pb.h"

namespace edm::rpc {

// The numbers of both sides are the same; one that this program does not know becomes the zero value.
v1::Phase::Value ToProto(Phase phase);
Phase FromProto(v1::Phase::Value phase);
v1::Health::Value ToProto(Health health);
Health FromProto(v1::Health::Value health);

v1::Endpoint ToProto(const Endpoint& endpoint);
Endpoint FromProto(const v1::Endpoint& endpoint);
v1::ServiceStatus ToProto(const ServiceStatus& status);
ServiceStatus FromProto(const v1::ServiceStatus& status);
v1::Observation ToProto(const Observation& observation);
Observation FromProto(const v1::Observation& observation);

}  // namespace edm::rpc
