#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"

namespace edm::simulation {

// Masters are 0 and up, workers 10 and up.
using Node = int;
inline constexpr Node kFirstWorker = 10;
inline constexpr Node kClients = 100;
inline constexpr Node kStore = 200;

// How a link is for now.
struct Weather {
  double loss = 0;        // share of messages that never arrive
  double twice = 0;       // share that arrives two times
  Millis delay_least{0};  // of each message; those that are sent later may be there earlier
  Millis delay_most{2};
};

// Carries messages between nodes: lost, late, twice and out of order, as the weather is; never over a link
// that is cut. Each direction of a link is one of its own.
class Network {
 public:
  Network(Agenda& agenda, Dice& dice) : agenda_(agenda), dice_(dice) {}

  void Send(Node from, Node to, const Agenda::Task& deliver);
  // As over TCP: what is lost is sent again, so a message is late, and arrives unless the link is cut.
  Millis DelayOfStream(Node from, Node to);
  bool Passes(Node from, Node to) const { return !cut_.contains({from, to}); }
  bool PassesBothWays(Node one, Node other) const { return Passes(one, other) && Passes(other, one); }

  void Cut(Node from, Node to) { cut_.insert({from, to}); }
  void Mend(Node from, Node to) { cut_.erase({from, to}); }
  // What arrives there before then waits: whoever listens is stopped.
  void Sleep(Node node, Millis until) {
    auto& longest = asleep_until_[node];
    longest = std::max(longest, until);
  }
  // Of all links that touch the node.
  void SetWeather(Node node, const Weather& weather) { weather_[node] = weather; }
  void ClearWeather(Node node) { weather_.erase(node); }

 private:
  const Weather& Of(Node from, Node to) const;
  Millis AsleepFor(Node node) const;
  void Arrive(Node at, const Agenda::Task& deliver);

  Agenda& agenda_;
  Dice& dice_;
  std::set<std::pair<Node, Node>> cut_;
  std::map<Node, Weather> weather_;
  std::map<Node, Millis> asleep_until_;
};

}  // namespace edm::simulation
