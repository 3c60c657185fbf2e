#pragma once

#include <string>

#include "master/model/state.h"

namespace edm::master {

// The cluster's numbers in Prometheus' text form.
std::string RenderMetrics(const State& state, std::size_t inputs_queued);

}  // namespace edm::master
