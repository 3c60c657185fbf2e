#include "master/core/needs_room.h"

namespace edm::master {

bool NeedsRoom(const Command& command) {
  if (const auto* begin = std::get_if<Begin>(&command)) {
    return begin->kind != OperationKind::kStop && begin->kind != OperationKind::kDelete;
  }
  return std::holds_alternative<CreateInstance>(command) || std::holds_alternative<CreateToken>(command) ||
         std::holds_alternative<UpdateInstance>(command);
}

}  // namespace edm::master
