#pragma once

#include "master/core/draft.h"
#include "master/model/report.h"

namespace edm::master {

// A worker's session begins. kFailedPrecondition for a protocol that this master does not speak,
// kAlreadyExists for a second machine of one id.
Result<Accepted> OnRegistered(Draft& draft, const WorkerRegistered& report);

// kFailedPrecondition when the session is not known: the worker registers again.
Result<Accepted> OnBeat(Draft& draft, const WorkerBeat& report);

// While the master itself did not look for a while, nobody was late: before WatchWallClock, which looks.
void ForgiveStall(Draft& draft);

// Who was silent for too long is lost; what was open on it is carried on elsewhere, or ends.
void JudgeBeats(Draft& draft);

}  // namespace edm::master
