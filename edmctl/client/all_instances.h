#pragma once

#include "edm/v1/master_service.pb.h"
#include "edmctl/client/master_client.h"

namespace edm::ctl {

// Page after page, in one answer. `request` says which.
Result<v1::ListInstancesResponse> AllInstances(MasterClient& master, v1::ListInstancesRequest request);

}  // namespace edm::ctl
