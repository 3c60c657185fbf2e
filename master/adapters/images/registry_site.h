#pragma once

#include <filesystem>
#include <string>

#include "common/base/result.h"
#include "common/rpc/signing_key.h"
#include "common/rpc/tls.h"

namespace edm::master {

struct RegistrySite {
  std::filesystem::path folder;
  std::string listen;  // "10.0.0.10:5000"
};

// Writes into the folder all that Docker's registry needs to be this cluster's, and nobody else's: config.yml
// with TLS by a certificate of the cluster's CA, and with the key of the only tokens that open it.
Status PrepareRegistry(const RegistrySite& site, const rpc::CertificateAuthority& authority,
                       const rpc::SigningKey& key, WallTime now);

}  // namespace edm::master
