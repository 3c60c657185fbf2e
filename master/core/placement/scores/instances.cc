#include "master/core/placement/score.h"

namespace edm::master {
namespace {

// What runs is in the samples: its number only decides between equals.
constexpr double kInstanceShare = 0.0005;

Points Judge(const Question&, const Site& site) { return -ToPoints(kInstanceShare * site.load().running); }

}  // namespace

constinit const Score kInstances{"instances", Basis::kShape, Judge, nullptr};

}  // namespace edm::master
