#pragma once

#include <set>
#include <string>

#include "common/model/lifecycle.h"
#include "common/model/operation.h"
#include "master/model/stage.h"
#include "worker/core/course.h"

namespace edm::simulation {

const char* StageName(master::Stage stage);

// The steps of the state machines as the table names them. An attempt changes its course, performs an effect,
// shows a phase and ends; an operation goes to another stage, and ends with the last one.
std::string CourseStep(worker::Course from, worker::Course to);
std::string EffectStep(worker::Course course, worker::Effect done);
std::string PhaseStep(Phase from, Phase to);
std::string EndStep(worker::Course course, Phase phase);
std::string StageStep(master::Stage from, master::Stage to, OperationState state);

// Every step that the product's own tables allow, whether anybody ever took it or not.
std::set<std::string> Transitions();

}  // namespace edm::simulation
