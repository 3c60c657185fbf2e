#include "worker/core/disk/room.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/core/disk/cache_order.h"

namespace edm::worker {
namespace {

// Of a small disk less must do: what fits there was meant to fit there.
constexpr std::uint64_t kNeededShare = 20;
// A checkout is there before its release is noted.
constexpr Millis kStrangeCheckoutAge{3'600'000};
// Of the build cache so much is dropped at once; then it is seen whether that was enough.
constexpr std::size_t kBatchRecordsMax = 100;
constexpr std::uint64_t kBatchBytes = 256 * kMebibyte;

using Things = std::vector<const StoredThing*>;

Things OldestFirst(const std::vector<StoredThing>& things) {
  Things order;
  for (const auto& one : things) order.push_back(&one);
  std::ranges::sort(order, [](const auto* one, const auto* other) {
    return one->changed != other->changed ? one->changed < other->changed : one->name < other->name;
  });
  return order;
}

bool HasLess(const DiskPlace& place, std::uint64_t bytes) {
  return place.total_bytes != 0 && place.free_bytes < bytes;
}

std::uint64_t ToStayFree(const DiskPlace& place, const RoomBudgets& budgets) {
  return std::min(budgets.free_bytes, place.total_bytes / 2);
}

std::uint64_t Needed(const DiskPlace& place, const RoomBudgets& budgets) {
  return std::min(budgets.needed_bytes, place.total_bytes / kNeededShare);
}

std::string OverBudget(std::uint64_t have, std::uint64_t budget) {
  return FormatBytes(have) + " of them, " + FormatBytes(budget) + " may be";
}

std::string Unused(const RoomBudgets& budgets) { return "not used for " + FormatDuration(budgets.age); }

std::string Short(const DiskPlace& place, const RoomBudgets& budgets) {
  if (budgets.free_bytes == kAllRoom) return place.path + " was full in the middle of a build";
  return FormatBytes(place.free_bytes) + " free on " + place.path + ", " +
         FormatBytes(ToStayFree(place, budgets)) + " should be";
}

class Plan {
 public:
  Plan(const RoomFacts& facts, const RoomBudgets& budgets) : facts_(facts), budgets_(budgets) {}

  std::vector<RoomRemoval> Make() {
    Cache();
    Mirrors();
    Checkouts();
    Histories();
    if (IsShort(facts_.data, budgets_)) {
      const auto reason = Short(facts_.data, budgets_);
      for (const auto* one : OldestFirst(facts_.mirrors)) DropMirror(*one, true, reason);
      for (const auto* one : OldestFirst(facts_.histories)) DropHistory(*one, true, reason);
    }
    return std::move(removals_);
  }

 private:
  void Cache() {
    const auto order = OrderCache(facts_.cache, facts_.our_cache);
    std::uint64_t have = 0;
    for (const auto& one : facts_.cache) {
      if (facts_.our_cache.contains(one.id) && !one.is_shared) have += one.bytes;
    }
    auto left = facts_.our_cache.size();
    const bool is_short = IsShort(facts_.engine, budgets_);
    for (const auto& one : order) {
      // What an image has as well makes no room.
      const bool makes_room = !one.record->is_shared;
      if (left > budgets_.cache_records_max) {
        DropRecord(*one.record, false, Counted(left, "record") + " are more than are looked after");
      } else if (facts_.now - one.used_at > budgets_.age) {
        DropRecord(*one.record, false, Unused(budgets_));
      } else if (makes_room && have > budgets_.cache_bytes) {
        DropRecord(*one.record, false, OverBudget(have, budgets_.cache_bytes));
      } else if (makes_room && is_short) {
        DropRecord(*one.record, true, Short(facts_.engine, budgets_));
      } else {
        continue;
      }
      --left;
      if (makes_room) have -= std::min(have, one.record->bytes);
    }
  }

  void DropRecord(const CacheRecord& record, bool only_while_short, std::string reason) {
    auto* batch = removals_.empty() ? nullptr : &removals_.back();
    if (batch == nullptr || batch->only_while_short != only_while_short ||
        batch->records.size() >= kBatchRecordsMax || batch->bytes >= kBatchBytes) {
      batch = &removals_.emplace_back();
      batch->only_while_short = only_while_short;
      batch->reason = std::move(reason);
    }
    batch->records.push_back(record.id);
    if (!record.is_shared) batch->bytes += record.bytes;
  }

  void Mirrors() {
    auto have = BytesOf(facts_.mirrors);
    for (const auto* one : OldestFirst(facts_.mirrors)) {
      if (have > budgets_.mirrors_bytes) {
        DropMirror(*one, false, OverBudget(have, budgets_.mirrors_bytes));
      } else if (facts_.now - one->changed > budgets_.age) {
        DropMirror(*one, false, Unused(budgets_));
      } else if (one->parts > budgets_.mirror_packs_max) {
        DropMirror(*one, false, Counted(one->parts, "pack") + "; fetched anew it is one");
      } else {
        continue;
      }
      have -= std::min(have, one->bytes);
    }
  }

  void Checkouts() {
    for (const auto& one : facts_.checkouts) {
      const bool is_young = facts_.now - one.changed < kStrangeCheckoutAge;
      if (is_young || facts_.held.contains({one.instance, one.number})) continue;
      Drop(RoomKind::kCheckout, one, false, "no release needs it");
    }
  }

  void Histories() {
    auto have = BytesOf(facts_.histories);
    for (const auto* one : OldestFirst(facts_.histories)) {
      if (have <= budgets_.logs_bytes) return;
      if (DropHistory(*one, false, OverBudget(have, budgets_.logs_bytes))) have -= std::min(have, one->bytes);
    }
  }

  void DropMirror(const StoredThing& mirror, bool only_while_short, const std::string& reason) {
    if (named_.insert("mirror " + mirror.name).second)
      Drop(RoomKind::kMirror, mirror, only_while_short, reason);
  }

  bool DropHistory(const StoredThing& history, bool only_while_short, const std::string& reason) {
    if (!facts_.droppable.contains({history.instance, history.number})) return false;
    if (!named_.insert("history " + history.name).second) return false;
    Drop(RoomKind::kHistory, history, only_while_short, reason);
    return true;
  }

  void Drop(RoomKind kind, const StoredThing& thing, bool only_while_short, const std::string& reason) {
    removals_.push_back({.kind = kind,
                         .records = {},
                         .name = thing.name,
                         .instance = thing.instance,
                         .number = thing.number,
                         .bytes = thing.bytes,
                         .only_while_short = only_while_short,
                         .reason = reason});
  }

  const RoomFacts& facts_;
  const RoomBudgets& budgets_;
  std::vector<RoomRemoval> removals_;
  std::set<std::string> named_;
};

}  // namespace

bool IsShort(const DiskPlace& place, const RoomBudgets& budgets) {
  return HasLess(place, budgets.free_bytes == kAllRoom ? kAllRoom : ToStayFree(place, budgets));
}

std::vector<RoomRemoval> PlanRoom(const RoomFacts& facts, const RoomBudgets& budgets) {
  return Plan(facts, budgets).Make();
}

Status CheckRoom(const DiskPlace& engine, const DiskPlace& data, const RoomBudgets& budgets) {
  const bool data_is_fuller = data.total_bytes != 0 && data.free_bytes < engine.free_bytes;
  const auto& place = engine.total_bytes == 0 || data_is_fuller ? data : engine;
  const auto needed = Needed(place, budgets);
  if (!HasLess(place, needed)) return Ok();
  return Error{Code::kResourceExhausted,
               "disk of the worker",
               FormatBytes(place.free_bytes) + " free on " + place.path + ", and a build needs " +
                   FormatBytes(needed) + "; all that edm may remove by itself is gone",
               {},
               "edmctl df shows who uses it; delete instances, or give that disk more room"};
}

Status CheckCheckouts(std::uint64_t bytes, const RoomBudgets& budgets) {
  if (bytes <= budgets.checkouts_bytes) return Ok();
  return Error{Code::kResourceExhausted,
               "checkouts of the worker",
               FormatBytes(bytes) + " of releases that can be rolled back to, " +
                   FormatBytes(budgets.checkouts_bytes) + " may be",
               {},
               "delete instances, or give it more: garbage.checkouts of edm-worker"};
}

}  // namespace edm::worker
