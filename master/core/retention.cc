#include "master/core/retention.h"

#include <algorithm>
#include <set>
#include <vector>

#include "master/core/idempotency.h"
#include "master/core/wall_clock.h"

namespace edm::master {
namespace {

constexpr std::size_t kSweepMax = 1'000;  // removals per sweep: the next one takes the rest
constexpr Millis kEndedKeptMin{2'000};    // however many there are: who waits for an end asks once more

// By a clock that was set back meanwhile nothing is young.
bool IsYoung(Millis age) { return age >= Millis(0) && age < kEndedKeptMin; }

// Its instance is gone, and so long ago that nobody repeats the call any more.
bool IsOfDeleted(const State& state, const RequestRecord& request, WallTime now) {
  if (request.instance.empty() || state.instances.Find(request.instance) != nullptr) return false;
  const auto record = state.operations.Find(request.operation);
  if (record == nullptr) return true;
  const auto& ended = record->operation.ended_at;
  return ended && now - *ended >= state.settings.operations_of_deleted_kept_for;
}

void SweepRequests(Draft& draft) {
  const auto now = draft.now().wall;
  const auto& state = draft.state();
  const bool dates_count = CanTellAge(draft, kRequestsKept);
  const bool ends_count = CanTellAge(draft, state.settings.operations_of_deleted_kept_for);
  std::vector<std::string> over;
  std::vector<std::string> too_late;  // the clock was set back meanwhile
  for (const auto& [key, request] : state.requests.all()) {
    if (over.size() + too_late.size() >= kSweepMax) break;
    if ((dates_count && request->expires_at <= now) || (ends_count && IsOfDeleted(state, *request, now))) {
      over.push_back(key);
    } else if (dates_count && request->expires_at > now + kRequestsKept) {
      too_late.push_back(key);
    }
  }
  for (const auto& key : over) draft.RemoveRequest(key);
  for (const auto& key : too_late) {
    // It counts from now on: who repeats the call may not have heard.
    auto dated = *draft.state().requests.Find(key);
    dated.expires_at = now + kRequestsKept;
    draft.PutRequest(key, std::move(dated));
  }
}

bool HasEnded(const Draft& draft, const TokenRecord& token) {
  if (token.used_at && token.kind == TokenKind::kWorker) return true;
  if (!token.expires_at || *token.expires_at > draft.now().wall) return false;
  return CanTellAge(draft, *token.expires_at - token.created_at);
}

void SweepTokens(Draft& draft) {
  std::vector<std::string> gone;
  for (const auto& [id, token] : draft.state().tokens.all()) {
    if (HasEnded(draft, *token) && gone.size() < kSweepMax) gone.push_back(id);
  }
  for (const auto& id : gone) draft.RemoveToken(id);
}

struct Ended {
  WallTime at;
  std::string operation;
  bool instance_is_gone = false;
  bool operator<(const Ended& other) const { return at < other.at; }
};

std::vector<Ended> EndedOnes(const State& state) {
  std::set<std::string_view> promised;
  for (const auto& [key, request] : state.requests.all()) promised.insert(request->operation);
  std::vector<Ended> ended;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& operation = record->operation;
    if (!operation.ended_at || promised.contains(id)) continue;
    ended.push_back({*operation.ended_at, id, state.instances.Find(operation.instance) == nullptr});
  }
  std::sort(ended.begin(), ended.end());
  return ended;
}

void SweepOperations(Draft& draft) {
  const auto& settings = draft.state().settings;
  const auto ended = EndedOnes(draft.state());
  auto surplus = ended.size() - std::min<std::size_t>(ended.size(), settings.operations_kept);
  std::size_t removed = 0;
  for (const auto& one : ended) {
    if (removed >= kSweepMax) break;
    const auto age = draft.now().wall - one.at;
    const auto most =
        one.instance_is_gone ? settings.operations_of_deleted_kept_for : settings.operations_kept_for;
    const bool is_old = age >= most && CanTellAge(draft, most);
    const bool is_surplus = surplus > 0 && !IsYoung(age);
    if (!is_old && !is_surplus) continue;
    draft.RemoveOperation(one.operation);
    surplus -= surplus > 0 ? 1 : 0;
    ++removed;
  }
}

}  // namespace

void Sweep(Draft& draft) {
  WatchWallClock(draft);
  SweepRequests(draft);
  SweepTokens(draft);
  SweepOperations(draft);
}

}  // namespace edm::master
