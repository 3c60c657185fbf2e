#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"

namespace edm::ctl {

// What is known when a folder is about to be deployed.
struct TargetFacts {
  std::string folder;                        // without links; "" for a git URL
  std::string given_id;                      // --id
  std::string derived_id;                    // from the folder's name; "" when none can be made
  std::optional<std::string> remembered_id;  // this folder's
  std::optional<std::string> other_folder;   // that was deployed as the derived id
  std::string free_id;                       // like the derived one, and no folder's
};

struct Target {
  std::string id;
  // Nobody here knows this id: it must be new in the cluster, so that no folder goes over somebody's
  // instance.
  bool must_be_new = false;
};

// Error: kAlreadyExists with both ways out when another folder is that instance; kInvalidArgument when there
// is no usable id.
Result<Target> ChooseTarget(const TargetFacts& facts);

// The error when an id that must be new is not.
Error AlreadyThere(const std::string& id, const std::string& free_id, const std::string& folder);

}  // namespace edm::ctl
