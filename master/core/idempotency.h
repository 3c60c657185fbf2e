#pragma once

#include <optional>

#include "master/core/draft.h"

namespace edm::master {

// The answer that this request id had before; kAlreadyExists when it was used for another request.
Result<std::optional<Accepted>> FindRepeat(const State& state, const Origin& origin);

// Keeps the answer for kRequestsKept.
void Remember(Draft& draft, const Origin& origin, const Accepted& answer);

Result<Accepted> RememberTemplate(Draft& draft, const TemplateChanged& command);

}  // namespace edm::master
