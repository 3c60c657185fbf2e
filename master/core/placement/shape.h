#pragma once

#include <cstdint>

#include "master/core/placement/question.h"

namespace edm::master {

// How much of a request its ranking knows.
enum class Detail : std::uint8_t {
  kPlain = 0,  // what many requests have in common
  kOwn = 1,    // its group and its ports as well
};

// What requests that are ranked alike have in common: all but who asks and where it is now.
class Shape {
 public:
  Shape(const PlacementRequest& request, Strategy strategy, Detail detail);

  bool Fits(const PlacementRequest& request, Strategy strategy, Detail detail) const;
  const PlacementRequest& request() const { return request_; }
  Strategy strategy() const { return strategy_; }
  Detail detail() const { return detail_; }

 private:
  PlacementRequest request_;
  Strategy strategy_;
  Detail detail_;
};

}  // namespace edm::master
