#pragma once

#include <cstdint>

namespace edm::master {

// What an open operation is waiting for.
//
//   Source > Place > Attempt > Finish > Ended
//      \_______\________\________\_______^
//
//   Source   the git server: a commit for what was given
//   Place    a worker that takes it
//   Attempt  the worker's verdict; of a set, those on its members
//   Finish   the git server again: the branch of a push moves, the repo of a deleted instance goes
//
// A stage only grows; those that an operation has no need of are left out. Each stage can be begun again
// after a crash: all that it does is idempotent.
enum class Stage : std::uint8_t { kSource = 0, kPlace = 1, kAttempt = 2, kFinish = 3, kEnded = 4 };

constexpr bool MayAdvance(Stage from, Stage to) { return to > from; }

}  // namespace edm::master
