#include "tests/simulation/worker_events.h"

#include <utility>

namespace edm::simulation {

class WorkerEvents::Following final : public Subscription {
 public:
  Following(WorkerEvents& log, worker::AttemptKey key, std::uint64_t id)
      : log_(log), key_(std::move(key)), id_(id) {}
  ~Following() override {
    const auto found = log_.followers_.find(key_);
    if (found == log_.followers_.end()) return;
    found->second.erase(id_);
    if (found->second.empty()) log_.followers_.erase(found);
  }

 private:
  WorkerEvents& log_;
  const worker::AttemptKey key_;
  const std::uint64_t id_;
};

void WorkerEvents::Append(const worker::AttemptKey& key, const AttemptEvent& event) {
  auto& history = histories_[key];
  written_.try_emplace(key, history.size());
  history.push_back(event);
  history.back().cursor = static_cast<std::uint32_t>(history.size());
  const auto found = followers_.find(key);
  if (found == followers_.end()) return;
  for (const auto& [id, on_event] : found->second) on_event();
}

Result<std::vector<AttemptEvent>> WorkerEvents::Read(const worker::AttemptKey& key, std::uint32_t after,
                                                     std::size_t events_max) {
  std::vector<AttemptEvent> read;
  written_.erase(key);  // what is given away is on the disk
  const auto found = histories_.find(key);
  if (found == histories_.end()) return read;
  for (std::size_t i = after; i < found->second.size() && read.size() < events_max; ++i)
    read.push_back(found->second[i]);
  return read;
}

std::unique_ptr<worker::EventLog::Subscription> WorkerEvents::Follow(const worker::AttemptKey& key,
                                                                     std::function<void()> on_event) {
  followers_[key][++last_] = std::move(on_event);
  return std::make_unique<Following>(*this, key, last_);
}

void WorkerEvents::Drop(const worker::AttemptKey& key) {
  histories_.erase(key);
  written_.erase(key);
}

void WorkerEvents::LoseTail(Dice& dice) {
  for (const auto& [key, written] : std::exchange(written_, {})) {
    auto& history = histories_[key];
    history.resize(written + dice.Below(history.size() - written + 1));
  }
}

void WorkerEvents::KeepOnly(const std::set<worker::AttemptKey>& known) {
  std::erase_if(histories_, [&](const auto& one) { return !known.contains(one.first); });
  std::erase_if(written_, [&](const auto& one) { return !known.contains(one.first); });
}

}  // namespace edm::simulation
