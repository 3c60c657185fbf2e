#pragma once

#include <string>

#include "worker/ports/data_folder.h"

namespace edm::worker {

// <data>/instances/<id>/r<release>, <data>/mirrors/<kind>/<name>.git, <data>/events/<instance>.<attempt>.
class DiskFolder final : public DataFolder {
 public:
  explicit DiskFolder(std::string data) : data_(std::move(data)) {}

  StoredThings Look() override;
  DiskPlace Place() override { return PlaceOf(data_); }
  DiskPlace PlaceOf(const std::string& path) override;

 private:
  const std::string data_;
};

}  // namespace edm::worker
