#pragma once

#include <cstdint>

#include "master/adapters/backup/backup_part.h"
#include "master/adapters/state/dump.h"

namespace edm::master {

// A chunk of the state with each step.
class StatePart final : public BackupPart {
 public:
  StatePart(const State& state, const Sealer& sealer) : dump_(state, sealer) {}
  Result<bool> Step(TarStream& to) override;

 private:
  StateDump dump_;
  std::uint32_t next_ = 0;
};

}  // namespace edm::master
