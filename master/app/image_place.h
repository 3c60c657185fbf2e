#pragma once

#include <filesystem>
#include <memory>

#include "common/base/result.h"
#include "common/ports/clock.h"
#include "common/rpc/tls.h"
#include "master/app/options.h"
#include "master/ports/image_store.h"
#include "master/ports/secrets.h"

namespace edm::master {

struct ImageGround {
  const Secrets& secrets;
  const rpc::CertificateAuthority& authority;
  const Clock& clock;
  std::filesystem::path data;
};

// The registry for images that the settings name, null where they name none; what Docker's registry needs is
// written where edm sets it up. Asks nobody. What `on` names outlives it.
Result<std::unique_ptr<ImageStore>> PlaceImages(const ImageGround& on, const MasterOptions& options);

}  // namespace edm::master
