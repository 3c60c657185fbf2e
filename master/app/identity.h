#pragma once

#include <filesystem>
#include <string>

#include "common/ports/entropy.h"
#include "common/ports/kv_store.h"
#include "master/ports/secrets.h"

namespace edm::master {

// Several masters on one store must be one cluster: have the same CA and the same key for what is sealed. The
// first of them says in the store which; kFailedPrecondition: this one's are others.
Status CheckIdentity(KvStore& store, const Secrets& secrets, const std::string& ca_fingerprint);

// Likewise the folder of embedded repos: each master that has them must see the same one.
Status CheckRepos(KvStore& store, const std::filesystem::path& folder, Entropy& entropy);

// Random hex digits, made once and kept in `file`.
Result<std::string> NameIn(const std::filesystem::path& file, Entropy& entropy);

}  // namespace edm::master
