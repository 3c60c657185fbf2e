#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "common/adapters/kv/memory_kv_store.h"
#include "common/ports/leader_lock.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

// The K/V servers, all as one: what they took in stays.
struct StoreServer {
  MemoryKvStore entries;
  std::optional<LockHolder> holder;  // of the lock of the masters; its session ends at `held_until`
  Millis held_until{0};
  std::uint64_t claims = 0;
  bool is_away = false;  // nobody gets through
  double unknown = 0;    // share of answers that get lost, after the work was done or instead of it
  int slowness = 1;
};

// One master's connection to them, in order: what was asked once may be done after its asker has given up or
// has died, and never after what was asked later on the same path.
class StorePath {
 public:
  static constexpr Millis kPatience{1'500};

  struct Parts {
    Agenda& agenda;
    Dice& dice;
    Network& network;
    StoreServer& server;
    Node node;
  };
  explicit StorePath(Parts parts) : parts_(parts) {}

  Agenda& agenda() { return parts_.agenda; }
  Dice& dice() { return parts_.dice; }

  // On a fiber. kUnavailable: nobody knows whether it was done.
  template <class Answer>
  Result<Answer> Ask(std::function<Result<Answer>(StoreServer&)> serve) {
    const auto answer = std::make_shared<std::optional<Result<Answer>>>();
    parts_.agenda.Wait(kPatience, {}, [&](const Agenda::Wake& wake) {
      if (!parts_.network.Passes(parts_.node, kStore)) return;
      const auto fate = Throw();
      parts_.agenda.After(Arrival(), {}, [parts = parts_, serve, answer, wake, fate] {
        auto given = Result<Answer>(Away());
        if (!parts.server.is_away && fate.is_done) given = serve(parts.server);
        if (fate.is_lost) given = Away();
        if (!parts.network.Passes(kStore, parts.node)) return;
        parts.agenda.After(parts.network.DelayOfStream(kStore, parts.node), {}, [answer, wake, given] {
          *answer = given;
          wake();
        });
      });
    });
    if (*answer) return **answer;
    return Away();
  }

 private:
  struct Fate {
    bool is_lost = false;
    bool is_done = true;
  };
  static Error Away() { return {Code::kUnavailable, "state store", "it does not answer"}; }
  Fate Throw() {
    Fate fate;
    fate.is_lost = parts_.server.unknown > 0 && parts_.dice.Hits(parts_.server.unknown);
    fate.is_done = !fate.is_lost || parts_.dice.Hits(0.5);
    return fate;
  }
  Millis Arrival() {
    const auto takes = parts_.dice.Between(Millis(1), Millis(3)) * parts_.server.slowness;
    const auto at = parts_.agenda.now() + parts_.network.DelayOfStream(parts_.node, kStore) + takes;
    last_arrival_ = std::max(last_arrival_, at);
    return last_arrival_ - parts_.agenda.now();
  }

  const Parts parts_;
  Millis last_arrival_{0};
};

}  // namespace edm::simulation
