#include "master/adapters/seat/followed_view.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "master/adapters/state/keys.h"

namespace edm::master {

FollowedView::~FollowedView() { Stop(); }

Status FollowedView::ReadNow() {
  EDM_TRY(const auto snapshot, store_.List(std::string(keys::kRoot)));
  EDM_CHECK(mirror_.Take(snapshot));
  revision_ = snapshot.revision;
  auto state = mirror_.Share();
  state.settings = settings_;
  view_ = std::make_shared<const State>(std::move(state));
  return Ok();
}

void FollowedView::Start() {
  thread_ = std::thread([this] { Run(); });
}

void FollowedView::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  fresh_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void FollowedView::Follow(bool follows, std::shared_ptr<const State> last) {
  {
    const std::lock_guard lock(mutex_);
    follows_ = follows;
    if (last) view_ = std::move(last);
  }
  wake_.notify_all();
  fresh_.notify_all();
}

std::shared_ptr<const State> FollowedView::View() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

std::optional<Error> FollowedView::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void FollowedView::Outdate() {
  const std::lock_guard lock(mutex_);
  wanted_ = begun_ + 1;
}

void FollowedView::WhenFresh(std::function<void()> call) {
  bool fresh = true;
  {
    const std::lock_guard lock(mutex_);
    fresh = !follows_ || seen_ >= wanted_;
  }
  if (fresh) return call();
  const auto waits = [this, call] {
    {
      std::unique_lock lock(mutex_);
      ++waiting_;
      wake_.notify_all();
      fresh_.wait_for(lock, kFreshWaitMax, [this] { return stopping_ || !follows_ || seen_ >= wanted_; });
      --waiting_;
    }
    call();
  };
  // A pool that is full of others who wait: what is here must do.
  if (!pool_.Post(waits)) call();
}

void FollowedView::Run() {
  ::pthread_setname_np(::pthread_self(), "edm-follow");
  while (WaitToLook()) Look();
}

Millis FollowedView::Rest() const {
  if (trouble_) return kRetryWait;
  return std::min(kRestMax, kRestMin + Millis(static_cast<Millis::rep>(entries_ / kEntriesPerRest)));
}

// False: it ends.
bool FollowedView::WaitToLook() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, Rest(), [this] { return stopping_ || (waiting_ > 0 && !trouble_); });
  if (!follows_) {
    // The state is elsewhere now: it need not be here twice.
    mirror_.Clear();
    revision_ = 0;
  }
  wake_.wait(lock, [this] { return follows_ || stopping_; });
  return !stopping_;
}

void FollowedView::Look() {
  bool hurry = false;
  {
    const std::lock_guard lock(mutex_);
    ++begun_;
    hurry = seen_ < wanted_;
  }
  const std::string root(keys::kRoot);
  const auto snapshot = hurry ? store_.List(root) : store_.Watch(root, revision_, kWatchWait);
  if (snapshot.ok()) return Take(*snapshot);
  const std::lock_guard lock(mutex_);
  trouble_ = snapshot.error();
}

void FollowedView::Take(const KvSnapshot& snapshot) {
  const auto taken = mirror_.Take(snapshot);
  revision_ = snapshot.revision;
  auto state = mirror_.Share();
  state.settings = settings_;
  {
    const std::lock_guard lock(mutex_);
    trouble_ = taken.ok() ? std::nullopt : std::optional(taken.error());
    entries_ = snapshot.entries.size();
    seen_ = begun_;
    if (follows_) view_ = std::make_shared<const State>(std::move(state));
  }
  fresh_.notify_all();
}

}  // namespace edm::master
