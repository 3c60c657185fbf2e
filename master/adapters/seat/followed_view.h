#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "common/ports/executor.h"
#include "common/ports/kv_store.h"
#include "master/adapters/state/mirror.h"

namespace edm::master {

// The state as the store shows it to a master that does not lead. Watches the store on a thread of its own
// while it is to follow. A look costs as much as all that is stored, so it rests the longer the more that is
// (about ten times what a look takes), unless somebody waits.
class FollowedView {
 public:
  static constexpr Millis kWatchWait{3'000};
  static constexpr Millis kRestMin{100};
  static constexpr Millis kRestMax{5'000};
  static constexpr std::size_t kEntriesPerRest = 10;  // for each so many stored entries one millisecond more
  static constexpr Millis kRetryWait{500};
  static constexpr Millis kFreshWaitMax{500};

  // On `pool` those wait who ask for what is not here yet.
  FollowedView(KvStore& store, const Sealer& sealer, Executor& pool, Settings settings)
      : store_(store), pool_(pool), mirror_(sealer), settings_(settings) {}
  ~FollowedView();  // Stop()

  // The first look, before Start. Blocking.
  Status ReadNow();
  void Start();
  void Stop();

  // False: this master leads, and looks elsewhere; `last` is what it saw.
  void Follow(bool follows, std::shared_ptr<const State> last = nullptr);
  std::shared_ptr<const State> View() const;

  // Something was changed: who calls WhenFresh waits for a look that began after this.
  void Outdate();
  // Calls at once, or on the pool after kFreshWaitMax at most.
  void WhenFresh(std::function<void()> call);

  // Why the last look failed.
  std::optional<Error> trouble() const;

 private:
  void Run();
  bool WaitToLook();
  void Look();
  void Take(const KvSnapshot& snapshot);
  Millis Rest() const;  // locked

  KvStore& store_;
  Executor& pool_;
  StateMirror mirror_;       // the watching thread's, but for ReadNow
  KvRevision revision_ = 0;  // likewise
  const Settings settings_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;                                         // of the watching thread
  std::condition_variable fresh_;                                        // of those who wait
  std::shared_ptr<const State> view_ = std::make_shared<const State>();  // guarded by mutex_, as what follows
  std::optional<Error> trouble_;
  std::size_t entries_ = 0;   // of the last look
  std::size_t waiting_ = 0;   // for what is not here yet
  std::uint64_t begun_ = 0;   // looks that began
  std::uint64_t seen_ = 0;    // the last of them that is in the view
  std::uint64_t wanted_ = 0;  // the look that shows the last change
  bool follows_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace edm::master
