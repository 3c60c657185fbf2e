#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "master/adapters/state/sealer.h"
#include "master/model/decision.h"
#include "master/model/state.h"

namespace edm::master {

// All of a state as its K/V store holds it, chunk by chunk: serialised StateChunk messages, each one
// transaction for the store that takes them over. Records are shared with the state, and encoded when their
// chunk is asked for. One thread.
class StateDump {
 public:
  // `sealer` must outlive it.
  StateDump(const State& state, const Sealer& sealer);

  // None: that was all.
  std::optional<std::string> Next();

 private:
  const Sealer& sealer_;
  const std::uint32_t epoch_;
  std::vector<Change> records_;
  std::size_t next_ = 0;
  bool epoch_told_ = false;
};

}  // namespace edm::master
