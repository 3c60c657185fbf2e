#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/app/watchdog.h"
#include "common/base/pulse.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/worker.h"
#include "common/ports/clock.h"

namespace edm::worker {

class AttemptRunner;
class Certificate;
class ContainerRuntime;
class Directory;
class EngineView;
class RoomMaker;
class Session;

// Waits, and returns early when `stop` is requested. False: it was.
bool Pause(Millis time, std::stop_token stop);

// What goes on by itself, each on a thread of its own until this is destroyed: the session with the master,
// the engine's events, the certificate's renewal, once a second the upkeep of attempts and the sweep of the
// directory, and room on the disks.
class Loops {
 public:
  static constexpr Millis kUpkeepInterval{1'000};  // so that the catalog follows within 2 s
  static constexpr Millis kRelistInterval{10'000};
  // Of one turn, at most: a session's calls end after 3 s each, an engine's after 30 s, and a busy disk may
  // keep the journal for a while.
  static constexpr Millis kSessionTurnMax{60'000};
  static constexpr Millis kUpkeepTurnMax{300'000};
  static constexpr Millis kRoomInterval{10'000};    // between two looks at how much is free
  static constexpr Millis kClockTolerance{30'000};  // between this machine's clock and the master's

  // All of them outlive it.
  struct Peers {
    Session& session;
    AttemptRunner& runner;
    ContainerRuntime& runtime;
    EngineView& view;
    Directory& directory;
    Certificate& certificate;
    const Clock& clock;
    std::function<void(EngineFacts)> on_engine;  // when its watch stands anew: it may be another one
    RoomMaker& room;
    Millis garbage_every;
  };
  explicit Loops(const Peers& peers);

  bool is_registered() const { return registered_; }
  std::vector<Watchdog::Loop> watched() const;
  bool engine_well() const;
  // What keeps it from working now.
  std::optional<Error> trouble() const;

 private:
  void KeepSession(std::stop_token stop);
  void WatchEngine(std::stop_token stop);
  void KeepUp(std::stop_token stop);
  void KeepCertificate(std::stop_token stop);
  void KeepRoom(std::stop_token stop);
  // "" while the clocks agree.
  std::string ClockTrouble() const;
  // Logs a trouble when it begins, and when it is over.
  void Note(std::string& slot, std::string_view about, std::string now);

  const Peers peers_;
  std::atomic<bool> registered_ = false;
  Pulse session_pulse_;
  Pulse upkeep_pulse_;
  mutable std::mutex mutex_;
  std::string engine_trouble_;  // guarded by mutex_, as what follows
  std::string session_trouble_;
  std::string directory_trouble_;
  std::string clock_trouble_;
  std::string certificate_trouble_;
  std::jthread session_;
  std::jthread engine_;
  std::jthread upkeep_;
  std::jthread renewal_;
  std::jthread room_;
};

}  // namespace edm::worker
