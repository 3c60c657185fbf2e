#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "common/base/result.h"
#include "tests/simulation/agenda.h"
#include "tests/simulation/network.h"

namespace edm::simulation {

template <class Answer>
using Reply = std::function<void(Result<Answer>)>;

struct Peers {
  Node from;
  Node to;
};

// One question over the network and its answer, on a fiber. `ask` happens where the question arrives, once
// for each time that it does; kDeadlineExceeded: nobody knows whether it did.
template <class Answer>
Result<Answer> Call(Agenda& agenda, Network& network, Peers peers, Millis deadline,
                    std::function<void(Reply<Answer>)> ask) {
  const auto answer = std::make_shared<std::optional<Result<Answer>>>();
  agenda.Wait(deadline, {}, [&](const Agenda::Wake& wake) {
    network.Send(peers.from, peers.to, [&network, peers, ask, answer, wake] {
      ask([&network, peers, answer, wake](Result<Answer> given) {
        network.Send(peers.to, peers.from, [answer, wake, given] {
          if (*answer) return;
          *answer = given;
          wake();
        });
      });
    });
  });
  if (*answer) return **answer;
  return Error{Code::kDeadlineExceeded, "call", "no answer came"};
}

}  // namespace edm::simulation
