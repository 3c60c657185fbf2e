#pragma once

#include <memory>
#include <utility>

#include "tests/simulation/stream.h"
#include "worker/ports/attempts.h"
#include "worker/ports/event_log.h"

namespace edm::simulation {

// The worker's end of a stream: sends the events that are there and those to come, as the worker's
// EventStream does.
class Sender : public std::enable_shared_from_this<Sender> {
 public:
  struct Parts {
    Agenda& agenda;
    LifePointer life;
    worker::EventLog& events;
    worker::Attempts& attempts;
  };
  Sender(Parts parts, std::shared_ptr<Stream> stream, worker::AttemptKey key, std::uint32_t after)
      : parts_(std::move(parts)), stream_(std::move(stream)), key_(std::move(key)), cursor_(after) {}

  void Start();
  // Its process is gone.
  void Reset();
  bool is_over() const { return is_over_ || !stream_->is_open(); }

 private:
  void Wake();
  void Pump();

  const Parts parts_;
  const std::shared_ptr<Stream> stream_;
  const worker::AttemptKey key_;
  std::uint32_t cursor_;
  bool is_woken_ = false;
  bool is_over_ = false;
  std::unique_ptr<worker::EventLog::Subscription> following_;
};

}  // namespace edm::simulation
