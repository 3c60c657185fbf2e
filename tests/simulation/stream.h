#pragma once

#include <functional>
#include <memory>

#include "common/model/order.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

// A stream of events from a worker to a master: in order and whole until it breaks, and then both ends learn
// of it, each in its own time.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  struct Ends {
    Node worker;
    Node master;
    LifePointer reader;  // the master's process
    std::function<void(const AttemptEvent&)> on_event;
    std::function<void(const Status&)> on_done;  // once
  };
  Stream(Agenda& agenda, Network& network, Dice& dice, Ends ends)
      : agenda_(agenda), network_(network), dice_(dice), ends_(std::move(ends)) {}

  // The worker's side. False: it is broken.
  bool Send(const AttemptEvent& event);
  void Finish(const Status& status);
  // Its process is gone.
  void Reset();
  bool is_open() const { return is_open_ && !ends_.reader->is_over; }

  // The master's side.
  void Cancel();
  // Looks now and then whether the other side is still there.
  void KeepAlive();

 private:
  Millis Arrival();
  void Break(Millis noticed_after);
  void Done(Millis after, const Status& status);

  Agenda& agenda_;
  Network& network_;
  Dice& dice_;
  const Ends ends_;
  bool is_open_ = true;
  bool is_done_ = false;
  Millis last_arrival_{0};
};

}  // namespace edm::simulation
