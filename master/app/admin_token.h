#pragma once

#include <filesystem>

#include "common/ports/entropy.h"
#include "master/ports/cluster.h"
#include "master/ports/secrets.h"

namespace edm::master {

// Where nobody has a token, makes one named "admin" and writes it to `file` (mode 0600). Blocks until it is
// stored.
Status EnsureAdminToken(Cluster& cluster, const Secrets& secrets, Entropy& entropy,
                        const std::filesystem::path& file);

}  // namespace edm::master
