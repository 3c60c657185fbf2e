#pragma once

#include <vector>

#include "master/core/placement/groups.h"
#include "master/core/placement/name_numbers.h"
#include "master/core/placement/request.h"

namespace edm::master {

// A request as filters and scores see it. Lives as long as what it refers to.
struct Question {
  const PlacementRequest& request;
  Strategy strategy;                      // never kDefault
  const ZoneCounts* zones = nullptr;      // of its group, by the values of the label that it is spread by
  const std::string* own_zone = nullptr;  // the value where it is counted itself
  // Names that nobody on the workers has or shuns are kNoName.
  NameNumber instance = kNoName;
  NameNumber set = kNoName;            // whose member it is
  std::vector<NameNumber> apart_from;  // in the order of the request's

  // Whether it is counted on this worker already: then its own share is none of the others'.
  bool IsOwn(const std::string& worker) const { return request.at == worker; }
};

}  // namespace edm::master
