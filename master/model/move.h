#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/operation.h"
#include "common/model/order.h"

namespace edm::master {

// Which part of a move is under way.
//
//   Leave > Arrive > done
//     |       |\____> Return > ended as it would have without
//     |       |
//     \_______\_____> ended: what runs was never touched
//
//   Leave   a singleton stops where it is
//   Arrive  it is built and started on the other worker
//   Return  a singleton that could not arrive starts again where it was
enum class Leg : std::uint8_t { kNone = 0, kLeave = 1, kArrive = 2, kReturn = 3 };

// What follows the end of a leg; kNone: the move has ended. `stopped`: the old copy was stopped for it.
constexpr Leg LegAfter(Leg leg, bool reached, bool stopped) {
  switch (leg) {
    case Leg::kLeave:
      return reached ? Leg::kArrive : Leg::kNone;
    case Leg::kArrive:
      return !reached && stopped ? Leg::kReturn : Leg::kNone;
    case Leg::kReturn:
    case Leg::kNone:
      return Leg::kNone;
  }
  return Leg::kNone;
}

// What a move needs beside what every operation has.
struct MovePlan {
  Leg leg = Leg::kArrive;
  std::string from;
  std::string to;  // the only worker that will do; "": any other
  bool gives_up_data = false;
  std::vector<ReleaseImage> images;       // as the new worker has built them
  std::optional<OperationState> ends_as;  // once it is on its way back; its failure is the operation's
  bool was_left = false;                  // the old copy was stopped for it
};

}  // namespace edm::master
