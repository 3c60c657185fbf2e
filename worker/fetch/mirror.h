#pragma once

#include "common/base/result.h"
#include "worker/fetch/fetch_request.h"
#include "worker/fetch/git_owned.h"

namespace edm::fetch {

// The layer's bare mirror, made if there is none, with its commit in it. Only what is missing is fetched,
// with all of its history. `only_small`: kUnavailable where that is more than a moment's work.
Result<Repository> OpenMirror(const Layer& layer, bool only_small);

}  // namespace edm::fetch
