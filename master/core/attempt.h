#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// What a worker tells of an attempt. Late, repeated and foreign reports change nothing.
void OnAttempt(Draft& draft, const AttemptReported& report);
void OnOrderRefused(Draft& draft, const OrderRefused& report);

}  // namespace edm::master
