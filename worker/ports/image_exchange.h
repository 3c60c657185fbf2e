#pragma once

#include <stop_token>
#include <string>

#include "common/base/result.h"
#include "common/model/order.h"

namespace edm::worker {

// Brings images from the engine to a registry, and from there to the engine. Blocking; any thread; may be
// called again after a crash, and then leaves out what is there. No name of the registry's stays on the
// engine. Errors: kUnavailable (engine or registry away), kPermissionDenied, kDeadlineExceeded, kCancelled
// (`stop`), or as the registry says; never with a credential in them.
class ImageExchange {
 public:
  virtual ~ImageExchange() = default;

  // The digest by which what has `tag` on the engine can be pulled from now on; there it is called `name`.
  virtual Result<std::string> Push(const ImageRepository& to, const std::string& tag, const std::string& name,
                                   std::stop_token stop) = 0;

  // Gives `tag` to the image with that digest, and returns its id.
  virtual Result<std::string> Pull(const ImageRepository& from, const std::string& digest,
                                   const std::string& tag, std::stop_token stop) = 0;
};

}  // namespace edm::worker
