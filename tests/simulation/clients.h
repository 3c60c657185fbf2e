#pragma once

#include <functional>
#include <string>
#include <vector>

#include "master/model/command.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/asker.h"
#include "tests/simulation/orders.h"

namespace edm::simulation {

struct World;
class Machine;

// One order as its client sees it.
struct Given {
  std::string instance;
  OperationKind kind = OperationKind::kUnknown;
  std::string operation;  // once it was acknowledged
};

// People: they give orders, ask again with the same request id until they have an answer, and note down what
// was acknowledged.
class Clients {
 public:
  explicit Clients(World& world);
  ~Clients();

  // `orders` of them, over that time.
  void Start(int orders, Millis over);
  // Somebody empties the worker for that long.
  void Drain(const std::string& worker, Millis time);
  // Somebody stops an instance whose engine has just gone away, then wants something else of it, and
  // something else again: the stop goes on by itself, and each that waits behind it is superseded by the
  // next.
  void Press(const Machine& machine);
  // Somebody who sees that it does not get ready stops it then.
  void StopIn(const std::string& instance, Millis time);

  bool are_done() const { return waiting_ == 0; }
  const std::vector<Given>& acknowledged() const { return acknowledged_; }

 private:
  // On a fiber; it counts as waiting until it has ended.
  void Spawn(std::function<void()> task);
  void GiveOne();
  // What it began; "": it was refused.
  std::string Order(const master::Begin& begin);
  std::string Ask(const master::Command& command, Given given);

  World& world_;
  Asker asker_;
  Orders orders_;
  int waiting_ = 0;
  std::vector<std::string> begun_;
  std::vector<Given> acknowledged_;
  const LifePointer life_ = std::make_shared<Life>();
};

}  // namespace edm::simulation
