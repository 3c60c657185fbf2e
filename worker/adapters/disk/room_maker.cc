#include "worker/adapters/disk/room_maker.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm::worker {
namespace {

std::string NameOf(const RoomRemoval& removal) {
  switch (removal.kind) {
    case RoomKind::kBuildCache:
      return Counted(removal.records.size(), "record") + " of the build cache";
    case RoomKind::kMirror:
      return "mirror " + removal.name;
    case RoomKind::kCheckout:
      return "checkout " + removal.name;
    case RoomKind::kHistory:
      return "history of attempt " + std::to_string(removal.number) + " of " + removal.instance;
  }
  return "";
}

}  // namespace

void RoomMaker::AskNeeds(Needs needs) {
  const std::lock_guard lock(mutex_);
  needs_ = std::move(needs);
}

RoomMaker::Needs RoomMaker::needs() const {
  const std::lock_guard lock(mutex_);
  return needs_;
}

RoomMaker::Disks RoomMaker::Look() const {
  return {peers_.data.PlaceOf(peers_.engine.Root()), peers_.data.Place()};
}

bool RoomMaker::HaveRoom(const Disks& disks) const {
  return !IsShort(disks.engine, budgets_) && !IsShort(disks.data, budgets_);
}

bool RoomMaker::IsDue() {
  const bool have_room = HaveRoom(Look());
  const auto now = peers_.clock.Steady();
  const std::lock_guard lock(mutex_);
  if (have_room) {
    wait_ = kPassEvery;
    due_ = std::min(due_, now + kPassEvery);
  }
  return !have_room && now >= due_;
}

Status RoomMaker::Ensure(const Say& say) {
  const std::lock_guard lock(pass_);  // of several, the first makes room for all
  const auto check = [this]() -> Status {
    const auto disks = Look();
    EDM_CHECK(CheckCheckouts(checkouts_bytes_, budgets_));
    return CheckRoom(disks.engine, disks.data, budgets_);
  };
  if (!check().ok() || IsDue()) Pass(budgets_, say);
  EDM_CHECK(check());
  peers_.ledger.Expect();
  watch_.Look();
  return Ok();
}

bool RoomMaker::Clear(const Say& say) {
  const std::lock_guard lock(pass_);
  auto all = budgets_;
  all.free_bytes = kAllRoom;
  return Pass(all, say) > 0;
}

void RoomMaker::Sweep(const Say& say, std::stop_token stop) {
  const std::lock_guard lock(pass_);
  Pass(budgets_, say, std::move(stop));
}

RoomFacts RoomMaker::Facts(const Say& say) {
  const auto disks = Look();
  auto stored = peers_.data.Look();
  RoomFacts facts{.engine = disks.engine,
                  .data = disks.data,
                  .mirrors = std::move(stored.mirrors),
                  .checkouts = std::move(stored.checkouts),
                  .histories = std::move(stored.histories),
                  .now = peers_.clock.Now()};
  checkouts_bytes_ = BytesOf(facts.checkouts);
  const auto asked = needs();
  if (asked.held) {
    facts.held = asked.held();
  } else {
    facts.checkouts.clear();
  }
  if (asked.droppable) facts.droppable = asked.droppable();
  if (auto cache = peers_.ledger.Records(); cache.ok()) {
    facts.cache = std::move(cache->records);
    facts.our_cache = std::move(cache->ours);
  } else if (say) {
    say("the build cache stays: " + ToString(cache.error()));
  }
  return facts;
}

std::size_t RoomMaker::Pass(const RoomBudgets& budgets, const Say& say, std::stop_token stop) {
  std::size_t went = 0;
  for (const auto& removal : PlanRoom(Facts(say), budgets)) {
    if (stop.stop_requested()) break;
    if (!IsNeeded(removal, budgets)) continue;
    const auto bytes = Remove(removal);
    if (!bytes.ok()) {
      if (say) say(NameOf(removal) + " stays: " + ToString(bytes.error()));
      continue;
    }
    if (*bytes == 0) continue;
    ++went;
    Note(removal, *bytes, say);
  }
  const std::lock_guard lock(mutex_);
  wait_ = went > 0 ? kPassEvery : std::min(wait_ * 2, kPassEveryMax);
  due_ = peers_.clock.Steady() + wait_;
  return went;
}

bool RoomMaker::IsNeeded(const RoomRemoval& removal, const RoomBudgets& budgets) const {
  // Since the look at what is held an order may have come.
  if (removal.kind == RoomKind::kCheckout)
    return !needs().held().contains({removal.instance, removal.number});
  if (!removal.only_while_short) return true;
  const auto disks = Look();
  return IsShort(removal.kind == RoomKind::kBuildCache ? disks.engine : disks.data, budgets);
}

Result<std::uint64_t> RoomMaker::Remove(const RoomRemoval& removal) {
  switch (removal.kind) {
    case RoomKind::kBuildCache:
      return peers_.engine.DropCache(removal.records);
    case RoomKind::kMirror:
      EDM_CHECK(peers_.sources.DropMirror(removal.name));
      break;
    case RoomKind::kCheckout:
      EDM_CHECK(peers_.files.Drop(removal.instance, removal.number));
      checkouts_bytes_ -= std::min(checkouts_bytes_, removal.bytes);
      break;
    case RoomKind::kHistory:
      peers_.events.Drop({removal.instance, removal.number});
      break;
  }
  return removal.bytes;
}

void RoomMaker::Note(const RoomRemoval& removal, std::uint64_t bytes, const Say& say) {
  const auto what = NameOf(removal);
  if (say) say("removed " + what + ", " + FormatBytes(bytes) + ": " + removal.reason);
  const std::lock_guard lock(mutex_);
  removed_.push_back({peers_.clock.Now(), what, bytes, removal.reason});
  if (removed_.size() > kRemovedMax) removed_.pop_front();
}

std::vector<DiskRemoval> RoomMaker::removed() const {
  const std::lock_guard lock(mutex_);
  return {removed_.begin(), removed_.end()};
}

}  // namespace edm::worker
