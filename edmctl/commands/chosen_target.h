#pragma once

#include <string>

#include "edmctl/client/contexts.h"
#include "edmctl/client/folders.h"
#include "edmctl/commands/deploy_target.h"
#include "edmctl/commands/invocation.h"

namespace edm::ctl {

// The instance that a folder or git URL is, or would become.
struct ChosenTarget {
  Target target;
  std::string free_id;  // what it may be called when its name is taken
};

// By --id, by what this user deployed from `place` before, or by its name. `place`: a folder without links,
// or a git URL.
Result<ChosenTarget> TargetOf(const Invocation& invocation, const std::string& place, const Folders& folders,
                              const Context& context);

// The folder that was named, or this one, without links.
Result<std::string> FolderOf(const std::string& target);

}  // namespace edm::ctl
