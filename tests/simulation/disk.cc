#include "tests/simulation/disk.h"

#include "worker/adapters/journal/stored.h"

namespace edm::simulation {
namespace {

constexpr Millis kWriteMost{3};

// With the runner's lock in hand, by itself, the end of what never began is kept.
bool IsKeptWithLock(const worker::AttemptRecord& attempt) {
  return attempt.ended() && attempt.done != worker::Effect::kEnd;
}

}  // namespace

Result<worker::JournalContents> DiskJournal::Load() {
  worker::JournalContents contents{.epoch = parts_.disk.epoch};
  for (const auto& [instance, holding] : parts_.disk.holdings)
    contents.holdings.push_back(worker::FromStored(worker::ToStored(holding)));
  for (const auto& [key, attempt] : parts_.disk.attempts) {
    EDM_TRY(auto record, worker::FromStored(worker::ToStored(attempt)));
    contents.attempts.push_back(std::move(record));
  }
  return contents;
}

void DiskJournal::Write(const std::function<void()>& change, bool at_once) {
  if (at_once || parts_.is_held || !parts_.agenda.is_on_fiber()) return change();
  const bool early = parts_.dice.Hits(0.5);
  if (early) change();
  parts_.agenda.Wait(parts_.dice.Between(Millis(0), kWriteMost * parts_.disk.slowness));
  if (!early) change();
}

Status DiskJournal::PutEpoch(std::uint32_t epoch) {
  parts_.disk.epoch = epoch;
  parts_.on_epoch(epoch);
  return Ok();
}

Status DiskJournal::Put(const worker::AttemptRecord& attempt, const worker::Holding& holding) {
  const auto change = [&] {
    auto& kept = parts_.disk.attempts;
    const std::pair key(attempt.order.instance, attempt.order.attempt);
    const auto before = kept.find(key);
    parts_.on_put(before == kept.end() ? nullptr : &before->second, attempt);
    kept[key] = attempt;
    parts_.disk.holdings[holding.instance] = holding;
  };
  Write(change, IsKeptWithLock(attempt));
  return Ok();
}

Status DiskJournal::PutHolding(const worker::Holding& holding) {
  Write([&] { parts_.disk.holdings[holding.instance] = holding; }, false);
  return Ok();
}

Status DiskJournal::DropHolding(const std::string& instance) {
  parts_.disk.holdings.erase(instance);
  return Ok();
}

Status DiskJournal::DropAttempt(const std::string& instance, std::uint32_t attempt) {
  parts_.disk.attempts.erase({instance, attempt});
  return Ok();
}

}  // namespace edm::simulation
