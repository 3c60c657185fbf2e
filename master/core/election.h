#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace edm::master {

// What a candidate knows of the lock.
struct ElectionFacts {
  bool leads = false;
  bool lost = false;         // leading: the lock or the store said that another's turn has come
  SteadyTime confirmed;      // leading: when the last renewal that went well was begun
  bool looked = false;       // following: the lock could be looked at since the last move
  bool held = false;         // somebody holds it
  bool ours = false;         // this one does, from before
  SteadyTime pulse_changed;  // when the holder was last seen to live
  SteadyTime rests_until;    // it resigned: others first
};

// following --kTake--> leading --kStepDown--> following
enum class ElectionMove : std::uint8_t {
  kLook,      // ask who holds the lock, and wait for a change
  kTake,      // it is free
  kOust,      // its holder shows no life
  kRenew,     // show life
  kStepDown,  // stop writing: it is lost, or nobody can say that it is not
};

// `silence`: for how long a holder may show no life, and a leader go without being confirmed.
ElectionMove NextMove(const ElectionFacts& facts, SteadyTime now, Millis silence);

}  // namespace edm::master
