#include "master/core/placement/tally.h"

#include <algorithm>

#include "common/base/text.h"

namespace edm::master {

void Tally::Add(const Question& question, const Site& site, const Filter& filter) {
  const auto phrase = filter.phrase(question, site);
  auto at = std::ranges::find(groups_, phrase, &Group::phrase);
  if (at == groups_.end()) at = groups_.insert(groups_.end(), Group{phrase, 0, 0, ""});
  const auto free = filter.free == nullptr ? 0 : filter.free(question, site);
  if (filter.detail != nullptr && (at->count == 0 || free > at->most_free)) {
    at->most_free = free;
    at->detail = filter.detail(question, site);
  }
  ++at->count;
}

std::string Tally::Text() const {
  auto groups = groups_;
  std::ranges::stable_sort(groups, std::ranges::greater(), &Group::count);
  std::string text;
  for (const auto& one : groups) {
    if (!text.empty()) text += ", ";
    text += CountOf(one.count, one.phrase);
    if (!one.detail.empty()) text += " (" + one.detail + ")";
  }
  return text;
}

std::string RefusalSentence(std::uint32_t workers, const std::string& refusals) {
  return Counted(workers, "worker") + ": " + refusals;
}

}  // namespace edm::master
