#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "master/model/command.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/asker.h"

namespace edm::simulation {

struct World;

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
  explicit Clients(World& world) : world_(world) {}

  ~Clients();

  // `orders` of them, over that time.
  void Start(int orders, Millis over);
  // Somebody empties the worker for that long.
  void Drain(const std::string& worker, Millis time);
  bool are_done() const { return waiting_ == 0; }
  const std::vector<Given>& acknowledged() const { return acknowledged_; }

 private:
  void GiveOne();
  void Ask(const master::Command& command, Given given);
  master::Begin MakeBegin(OperationKind kind, const std::string& instance);
  void GiveSource(master::Begin& begin);
  OperationKind PickKind();
  master::Origin MakeOrigin();

  World& world_;
  Asker asker_;
  int waiting_ = 0;
  std::uint64_t requests_ = 0;
  std::vector<std::string> begun_;
  std::vector<Given> acknowledged_;
  const LifePointer life_ = std::make_shared<Life>();
};

}  // namespace edm::simulation
