#include "master/core/placement/name_numbers.h"

namespace edm::master {

NameNumber NameNumbers::Find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? kNoName : found->second;
}

NameNumber NameNumbers::Hold(std::string_view name) {
  const auto next = free_.empty() ? static_cast<NameNumber>(held_.size()) : free_.back();
  const auto [at, is_new] = numbers_.try_emplace(std::string(name), next);
  if (is_new) {
    if (free_.empty()) {
      held_.emplace_back();
    } else {
      free_.pop_back();
    }
    held_[next].name = &at->first;
  }
  ++held_[at->second].times;
  return at->second;
}

void NameNumbers::LetGo(NameNumber number) {
  auto& held = held_[number];
  if (--held.times > 0) return;
  numbers_.erase(*held.name);
  held.name = nullptr;
  free_.push_back(number);
}

}  // namespace edm::master
