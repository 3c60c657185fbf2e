#pragma once

#include <string>

#include "common/base/result.h"
#include "common/model/order.h"

namespace edm::worker {

// Lets an engine believe the registry of a repository that names its CA: `folder`/<registry>/ca.crt, which
// the engine reads with each call ("/etc/docker/certs.d"). Nothing is written where it says so already, or
// where the repository names none. kFailedPrecondition: it cannot be written.
Status TrustRegistry(const std::string& folder, const ImageRepository& repository);

}  // namespace edm::worker
