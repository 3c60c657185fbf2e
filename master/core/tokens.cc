#include "master/core/tokens.h"

#include "master/core/enrolment.h"
#include "master/core/idempotency.h"
#include "master/core/not_found.h"

namespace edm::master {

Status CheckToken(const TokenRecord& token, WallTime now) {
  if (token.expires_at && *token.expires_at <= now) {
    return Error{Code::kUnauthenticated,
                 "token " + token.name,
                 "it expired at " + FormatRfc3339(*token.expires_at),
                 {},
                 "ask for a new one: edmctl token create"};
  }
  if (token.kind == TokenKind::kWorker && token.used_at) {
    return Error{Code::kUnauthenticated,
                 "token " + token.name,
                 "a worker has joined with it already",
                 {},
                 "make one for each worker: edmctl token create NAME --worker"};
  }
  return Ok();
}

Result<Accepted> AddToken(Draft& draft, const CreateToken& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  auto token = command.token;
  for (const auto& [id, other] : draft.state().tokens.all()) {
    if (other->name == token.name && other->kind == token.kind && CheckToken(*other, draft.now().wall).ok()) {
      return Error{Code::kAlreadyExists,
                   "token " + token.name,
                   "there is one of that name",
                   {},
                   "choose another name, or revoke it: edmctl token revoke " + id};
    }
  }
  token.created_at = draft.now().wall;
  if (command.lifetime) {
    token.expires_at = token.created_at + *command.lifetime;
  } else if (token.kind == TokenKind::kWorker) {
    token.expires_at = token.created_at + kWorkerTokenLifetime;
  }
  const Accepted accepted{"", "", token.id, false};
  Remember(draft, command.origin, accepted);
  draft.Event({{}, "token.created", "", "", "", token.name});
  draft.Put(std::move(token));
  return accepted;
}

Result<Accepted> Revoke(Draft& draft, const RevokeToken& command) {
  EDM_TRY(auto repeated, FindRepeat(draft.state(), command.origin));
  if (repeated) return *repeated;
  const auto& tokens = draft.state().tokens;
  const auto found = tokens.Find(command.id);
  if (found == nullptr) return NoSuch("token", command.id, tokens, "edmctl token ls");
  int others = 0;
  for (const auto& [id, token] : tokens.all()) {
    others +=
        id != command.id && token->kind == TokenKind::kPerson && CheckToken(*token, draft.now().wall).ok()
            ? 1
            : 0;
  }
  if (found->kind == TokenKind::kPerson && others == 0) {
    return Error{Code::kFailedPrecondition,
                 "token " + found->name,
                 "it is the last one that lets anybody in",
                 {},
                 "make another one first: edmctl token create"};
  }
  const Accepted accepted{"", "", command.id, false};
  Remember(draft, command.origin, accepted);
  draft.Event({{}, "token.revoked", "", "", "", found->name});
  draft.RemoveToken(command.id);
  return accepted;
}

Result<Accepted> Use(Draft& draft, const UseToken& command) {
  const auto found = draft.state().tokens.Find(command.id);
  if (found == nullptr || found->kind != TokenKind::kWorker) {
    return Error{Code::kUnauthenticated,
                 "token",
                 "it is not known as a worker's",
                 {},
                 "edmctl token create NAME --worker"};
  }
  EDM_CHECK(CheckToken(*found, draft.now().wall));
  EDM_CHECK(CheckEnrolment(draft.state(), *found, command.worker));
  auto token = *found;
  token.used_at = draft.now().wall;
  draft.Put(std::move(token));
  Enrol(draft, command);
  return Accepted{"", "", command.id, false};
}

}  // namespace edm::master
