#include "master/core/idempotency.h"

namespace edm::master {

Result<std::optional<Accepted>> FindRepeat(const State& state, const Origin& origin) {
  if (origin.request_id.empty()) return std::optional<Accepted>();
  const auto found = state.requests.Find(origin.request_key);
  // What is too old is swept away; until then it counts, whatever the wall clock says meanwhile.
  if (found == nullptr) return std::optional<Accepted>();
  if (found->digest != origin.request_digest) {
    return Error{Code::kAlreadyExists,
                 "request id " + origin.request_id,
                 "it was used for another request",
                 {},
                 "use a new request id for a new request"};
  }
  return std::optional(Accepted{found->instance, found->operation, found->token, true, found->commit});
}

void Remember(Draft& draft, const Origin& origin, const Accepted& answer) {
  if (origin.request_id.empty()) return;
  draft.PutRequest(origin.request_key, {origin.request_digest, answer.operation, answer.instance,
                                        answer.token, draft.now().wall + kRequestsKept, answer.commit});
}

Result<Accepted> RememberTemplate(Draft& draft, const TemplateChanged& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const Accepted accepted{.commit = command.commit};
  Remember(draft, command.origin, accepted);
  return accepted;
}

}  // namespace edm::master
