#pragma once

#include <string_view>

#include "worker/core/course.h"

namespace edm::worker {

// The step of an operation that an effect belongs to, as people see it: policy, build, start; "" for the
// others, whose steps are the master's or which nobody waits for.
std::string_view StepOf(Course course, Effect effect);

// Whether the step ends when this effect was performed.
bool EndsStep(Course course, Effect effect);

}  // namespace edm::worker
