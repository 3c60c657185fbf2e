#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/order.h"

namespace edm::worker {

struct SourceLayer {
  std::string mirror;  // names the bare mirror that is kept: "instances/shop", "templates/node"
  RepoAccess access;
};

struct CheckoutRequest {
  std::vector<SourceLayer> layers;  // later ones lie over earlier ones
  std::string directory;            // absolute; made anew: what was there is replaced
  Millis deadline{300'000};
};

// Commits become folders. Blocking; any thread. Only what a mirror lacks is fetched.
// Errors: kNotFound (no such commit), kUnauthenticated, kUnavailable (no such host, it went away),
// kDeadlineExceeded, kCancelled, kInvalidArgument (a link that leaves the tree, a submodule, a name that no
// file may have), kResourceExhausted (disk full). None of them leaves a folder behind.
class SourceStore {
 public:
  virtual ~SourceStore() = default;
  virtual Status Checkout(const CheckoutRequest& request, std::stop_token stop) = 0;
  // Not there: ok.
  virtual Status DropMirror(const std::string& mirror) = 0;
};

}  // namespace edm::worker
