#include "worker/app/loops.h"

#include <chrono>
#include <condition_variable>

#include "common/adapters/log/log.h"
#include "worker/adapters/disk/room_maker.h"
#include "worker/adapters/runner/attempt_runner.h"
#include "worker/api/session.h"
#include "worker/app/certificate.h"
#include "worker/ports/directory.h"

namespace edm::worker {

namespace {

SteadyTime In(Millis time) {
  return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()) + time;
}

}  // namespace

bool Pause(Millis time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Loops::Loops(const Peers& peers)
    : peers_(peers),
      session_([this](std::stop_token stop) { KeepSession(stop); }),
      engine_([this](std::stop_token stop) { WatchEngine(stop); }),
      upkeep_([this](std::stop_token stop) { KeepUp(stop); }),
      renewal_([this](std::stop_token stop) { KeepCertificate(stop); }),
      room_([this](std::stop_token stop) { KeepRoom(stop); }) {}

void Loops::KeepSession(std::stop_token stop) {
  Millis wait{0};
  session_pulse_.Expect(In(kSessionTurnMax));
  while (Pause(wait, stop)) {
    wait = peers_.session.Beat();
    session_pulse_.Expect(In(wait + kSessionTurnMax));
    registered_ = peers_.session.is_registered();
    Note(session_trouble_, "master", peers_.session.trouble());
    Note(clock_trouble_, "clock", ClockTrouble());
  }
}

void Loops::WatchEngine(std::stop_token stop) {
  const auto on_change = [this](const std::string& instance) {
    // What is not answered now is listed again with the next event, or by the upkeep.
    const bool seen = instance.empty() ? peers_.view.RefreshAll().ok() : peers_.view.Refresh(instance).ok();
    if (seen) Note(engine_trouble_, "engine", "");
    // The watch stands anew: the engine may have been replaced by another release of it.
    if (!instance.empty()) return;
    if (auto facts = peers_.runtime.Facts(); facts.ok()) peers_.on_engine(std::move(*facts));
  };
  do {
    const auto status = peers_.runtime.Watch(on_change, stop);
    if (!status.ok()) Note(engine_trouble_, "engine", ToString(status.error()));
  } while (Pause(kUpkeepInterval, stop));
}

void Loops::KeepUp(std::stop_token stop) {
  Millis since_listed{0};
  do {
    upkeep_pulse_.Expect(In(kUpkeepTurnMax));
    peers_.runner.Tick();
    const auto swept = peers_.directory.Sweep([this] { return peers_.runner.Standing(); });
    Note(directory_trouble_, "directory", swept.ok() ? "" : ToString(swept.error()));
    since_listed += kUpkeepInterval;
    if (since_listed >= kRelistInterval) {
      if (const auto everything = peers_.view.RefreshAll(); everything.ok()) {
        peers_.runner.RemoveOrphans(*everything);
      }
      since_listed = Millis(0);
    }
  } while (Pause(kUpkeepInterval, stop));
}

// Not the engine's events: that thread waits for them, for as long as nothing happens.
std::vector<Watchdog::Loop> Loops::watched() const {
  return {{"the session with the master", &session_pulse_}, {"the upkeep of instances", &upkeep_pulse_}};
}

void Loops::KeepCertificate(std::stop_token stop) {
  Millis wait{0};
  while (Pause(wait, stop)) {
    wait = peers_.certificate.Turn(peers_.session.master_clock());
    Note(certificate_trouble_, "certificate", peers_.certificate.trouble());
  }
}

void Loops::KeepRoom(std::stop_token stop) {
  Millis since_swept{0};
  while (Pause(kRoomInterval, stop)) {
    since_swept += kRoomInterval;
    if (since_swept < peers_.garbage_every && !peers_.room.IsDue()) continue;
    peers_.room.Sweep([](std::string_view line) { Log(LogLevel::kInfo, line, {{"object", "disk"}}); }, stop);
    since_swept = Millis(0);
  }
}

std::string Loops::ClockTrouble() const {
  const auto ahead = peers_.session.master_clock().Ahead(peers_.clock.Now(), peers_.clock.Steady());
  if (!ahead || std::chrono::abs(*ahead) <= kClockTolerance) return "";
  return "this machine's clock is more than " + FormatDuration(kClockTolerance) +
         (*ahead > Millis(0) ? " ahead of" : " behind") +
         " the master's; set it, best by NTP (timedatectl set-ntp true)";
}

void Loops::Note(std::string& slot, std::string_view about, std::string now) {
  const std::lock_guard lock(mutex_);
  if (slot == now) return;
  if (now.empty()) {
    Log(LogLevel::kInfo, "well again", {{"object", about}});
  } else {
    Log(LogLevel::kWarn, "in trouble", {{"object", about}, {"cause", now}});
  }
  slot = std::move(now);
}

bool Loops::engine_well() const {
  const std::lock_guard lock(mutex_);
  return engine_trouble_.empty();
}

std::optional<Error> Loops::trouble() const {
  const std::lock_guard lock(mutex_);
  if (!engine_trouble_.empty()) return Error{Code::kUnavailable, "engine", engine_trouble_};
  if (!registered_)
    return Error{Code::kUnavailable, "master",
                 session_trouble_.empty() ? "not registered yet" : session_trouble_};
  return std::nullopt;
}

}  // namespace edm::worker
