#include "master/api/rest/stream_keeper.h"

#include <utility>

namespace edm::master::rest {
namespace {

constexpr Millis kTick{500};

}  // namespace

StreamKeeper::StreamKeeper() : thread_([this] { Run(); }) {}

StreamKeeper::~StreamKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StreamKeeper::Keep(std::weak_ptr<StreamCall> stream) {
  const std::scoped_lock lock(mutex_);
  streams_.push_back(std::move(stream));
  changed_.notify_all();
}

void StreamKeeper::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || !streams_.empty(); });
    if (changed_.wait_for(lock, kTick, [this] { return stopping_; })) return;
    auto streams = std::exchange(streams_, {});
    lock.unlock();
    const auto now = std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now());
    std::erase_if(streams, [now](const auto& weak) {
      const auto stream = weak.lock();
      return !stream || !stream->Tick(now);
    });
    lock.lock();
    streams_.insert(streams_.end(), std::make_move_iterator(streams.begin()),
                    std::make_move_iterator(streams.end()));
  }
}

}  // namespace edm::master::rest
