#pragma once

#include "master/core/draft.h"

namespace edm::master {

// Adds an instance with nothing in it. kAlreadyExists when the id is taken, or an owner or project of that
// name in other capitals is there.
Status AddInstance(Draft& draft, Instance instance);

Result<Accepted> Create(Draft& draft, const CreateInstance& command);
Result<Accepted> Update(Draft& draft, const UpdateInstance& command);

}  // namespace edm::master
