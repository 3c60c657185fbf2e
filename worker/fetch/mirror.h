#pragma once

#include "common/base/result.h"
#include "worker/fetch/fetch_request.h"
#include "worker/fetch/git_owned.h"

namespace edm::fetch {

// The layer's bare mirror, made if there is none, with its commit in it. Only what is missing is fetched.
Result<Repository> OpenMirror(const Layer& layer);

}  // namespace edm::fetch
