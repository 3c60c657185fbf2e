#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/placement.h"
#include "master/core/placement/filter.h"

namespace edm::master {

// Workers that were refused, counted by what refused them first.
class Tally {
 public:
  void Add(const Question& question, const Site& site, const Filter& filter);

  bool empty() const { return groups_.empty(); }
  // "2 lack memory (1.2 GiB of 4.0 GiB free), 1 is cordoned": the most frequent first.
  std::string Text() const;

 private:
  struct Group {
    std::string_view phrase;
    std::uint32_t count = 0;
    std::uint64_t most_free = 0;
    std::string detail;  // of that one
  };
  std::vector<Group> groups_;
};

// "3 workers: 2 lack memory (1.2 GiB of 4.0 GiB free), 1 is cordoned".
std::string RefusalSentence(std::uint32_t workers, const std::string& refusals);

}  // namespace edm::master
