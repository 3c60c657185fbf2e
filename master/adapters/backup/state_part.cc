#include "master/adapters/backup/state_part.h"

#include <fmt/format.h>

namespace edm::master {

Result<bool> StatePart::Step(TarStream& to) {
  const auto chunk = dump_.Next();
  if (!chunk) return false;
  EDM_CHECK(to.AddFile(fmt::format("state/{:06}", next_++), 0600, *chunk));
  return true;
}

}  // namespace edm::master
