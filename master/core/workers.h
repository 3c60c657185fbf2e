#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Opens, cordons or drains a worker, and labels it. kAborted when it was changed meanwhile.
Result<Accepted> SetWorker(Draft& draft, const ChangeWorker& command);

// Forgets a worker, and what its certificate opens. Refused, unless forced, while it holds something that is
// not placed elsewhere by itself.
Result<Accepted> TakeWorkerAway(Draft& draft, const RemoveWorker& command);

// What vanished at once until now is lost indeed: its instances are placed elsewhere.
Result<Accepted> ResumePlacing(Draft& draft, const ResumeMoves& command);

}  // namespace edm::master
