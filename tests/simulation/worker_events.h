#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "tests/simulation/dice.h"
#include "worker/ports/event_log.h"

namespace edm::simulation {

// The histories of attempts on a worker's disk. A kill leaves them; a power cut takes some of what was
// appended since the last WriteBack.
class WorkerEvents final : public worker::EventLog {
 public:
  void Append(const worker::AttemptKey& key, const AttemptEvent& event) override;
  Result<std::vector<AttemptEvent>> Read(const worker::AttemptKey& key, std::uint32_t after,
                                         std::size_t events_max) override;
  std::unique_ptr<Subscription> Follow(const worker::AttemptKey& key,
                                       std::function<void()> on_event) override;
  void Drop(const worker::AttemptKey& key) override;
  void KeepOnly(const std::set<worker::AttemptKey>& known) override;

  void WriteBack() { written_.clear(); }
  // The power is cut.
  void LoseTail(Dice& dice);

  const std::map<worker::AttemptKey, std::vector<AttemptEvent>>& histories() const { return histories_; }

 private:
  class Following;

  std::uint64_t last_ = 0;
  std::map<worker::AttemptKey, std::size_t> written_;  // of those appended to since: how many were there
  std::map<worker::AttemptKey, std::vector<AttemptEvent>> histories_;
  std::map<worker::AttemptKey, std::map<std::uint64_t, std::function<void()>>> followers_;
};

}  // namespace edm::simulation
