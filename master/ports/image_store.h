#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/order.h"

namespace edm::master {

// The registry in which images of releases are kept, beside the workers that have built them: a repository
// for each instance, which is its members' too. Any thread. All but Grant block. Errors: kUnavailable,
// kPermissionDenied, kDeadlineExceeded, kInternal with the registry's answer.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  // What an order needs to push and pull images of this instance, and of no other; asks nobody.
  virtual Result<ImageRepository> Grant(const std::string& instance, WallTime until) const = 0;

  // The instances of this cluster that have a repository.
  virtual Result<std::vector<std::string>> Instances() = 0;
  // How the images of one are called there; none where there is no such repository.
  virtual Result<std::vector<std::string>> Names(const std::string& instance) = 0;
  // Not there: ok.
  virtual Status Remove(const std::string& instance, const std::string& name) = 0;
};

}  // namespace edm::master
