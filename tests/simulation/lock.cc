#include "tests/simulation/lock.h"

namespace edm::simulation {
namespace {

constexpr Millis kSessionOutlives{1'500};  // at most; its holder's silence

const std::optional<LockHolder>& HolderAt(StoreServer& server, Millis now) {
  if (server.holder && now >= server.held_until) server.holder.reset();
  return server.holder;
}

std::string ClaimOf(const std::optional<LockHolder>& holder) { return holder ? holder->claim : ""; }

Status LetGo(StoreServer& server, const std::string& claim) {
  if (ClaimOf(server.holder) == claim) server.holder.reset();
  return Ok();
}

}  // namespace

std::function<Millis()> LockClient::EndOfSession() {
  return [&agenda = path_.agenda(), &dice = path_.dice(), ttl = ttl_] {
    return agenda.now() + ttl + dice.Between(Millis(0), kSessionOutlives);
  };
}

Result<bool> LockClient::Take(const std::string& record) {
  EDM_TRY(const auto claim, path_.Ask<std::string>([before = claim_, record, &agenda = path_.agenda(),
                                                    end = EndOfSession()](StoreServer& server) {
    const auto& holder = HolderAt(server, agenda.now());
    if (holder) return Result<std::string>(holder->claim == before ? before : std::string());
    const auto claim = record + "/" + std::to_string(++server.claims);
    server.holder = LockHolder{record, claim, 0, false};
    server.held_until = end();
    return Result<std::string>(claim);
  }));
  if (claim.empty()) return false;
  claim_ = claim;
  return true;
}

Status LockClient::Renew() {
  return path_.Ask<Unit>(
      [claim = claim_, &agenda = path_.agenda(), end = EndOfSession()](StoreServer& server) -> Status {
        if (ClaimOf(HolderAt(server, agenda.now())) != claim)
          return Error{Code::kAborted, "the lock", "it is not ours any more"};
        ++server.holder->pulse;
        server.held_until = end();
        return Ok();
      });
}

Result<std::optional<LockHolder>> LockClient::LookOnce() {
  return path_.Ask<std::optional<LockHolder>>([&agenda = path_.agenda()](StoreServer& server) {
    return Result<std::optional<LockHolder>>(HolderAt(server, agenda.now()));
  });
}

Result<std::optional<LockHolder>> LockClient::Look(Millis wait) {
  auto found = LookOnce();
  if (found.ok() && ClaimOf(*found) == seen_ && wait > Millis(0)) {
    path_.agenda().Wait(wait);
    found = LookOnce();
  }
  if (!found.ok()) return found;
  seen_ = ClaimOf(*found);
  if (*found) (*found)->ours = (*found)->claim == claim_;
  return found;
}

Status LockClient::Oust(const LockHolder& holder) {
  return path_.Ask<Unit>([claim = holder.claim](StoreServer& server) { return LetGo(server, claim); });
}

void LockClient::Release() {
  (void)path_.Ask<Unit>([claim = claim_](StoreServer& server) { return LetGo(server, claim); });
}

}  // namespace edm::simulation
