#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/ports/image_store.h"

namespace edm::master {

// A registry in memory. One thread.
class FakeImageStore final : public ImageStore {
 public:
  std::map<std::string, std::vector<std::string>> images;  // names by instance
  std::optional<Error> failure;                            // of each call but Grant
  std::string broken;                                      // the instance whose repository cannot be read
  int listings = 0;                                        // of all instances

  Result<ImageRepository> Grant(const std::string& instance, WallTime) const override {
    return ImageRepository{.registry = "registry.test", .name = "edm/" + instance};
  }
  Result<std::vector<std::string>> Instances() override {
    if (failure) return *failure;
    ++listings;
    std::vector<std::string> instances;
    for (const auto& [instance, names] : images) instances.push_back(instance);
    return instances;
  }
  Result<std::vector<std::string>> Names(const std::string& instance) override {
    if (failure) return *failure;
    if (instance == broken) return Error{Code::kPermissionDenied, instance, "not for you"};
    return images[instance];
  }
  Status Remove(const std::string& instance, const std::string& name) override {
    if (failure) return *failure;
    std::erase(images[instance], name);
    return Ok();
  }
};

}  // namespace edm::master
