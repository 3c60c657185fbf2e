#include "common/model/placement.h"

#include <algorithm>

namespace edm {
namespace {

// "lacks memory" of several.
std::string Plural(std::string_view phrase) {
  const auto verb = phrase.substr(0, phrase.find(' '));
  const auto rest = std::string(phrase.substr(verb.size()));
  if (verb == "is") return "are" + rest;
  if (verb == "has") return "have" + rest;
  if (verb == "does") return "do" + rest;
  const bool third_person = verb.ends_with('s');
  return std::string(third_person ? verb.substr(0, verb.size() - 1) : verb) + rest;
}

}  // namespace

std::string ReasonOf(const Placement& placement) {
  if (!placement.told_reason.empty() || placement.worker.empty() || placement.candidates.empty())
    return placement.told_reason;
  return Said(placement.candidates.front().reasons);
}

std::string RefusalsOf(const Placement& placement) {
  return placement.told_refusals.empty() ? TextOf(placement.refused) : placement.told_refusals;
}

std::string CountOf(std::uint32_t count, std::string_view phrase) {
  auto text = std::to_string(count) + " ";
  return text += count == 1 ? std::string(phrase) : Plural(phrase);
}

std::string TextOf(std::vector<RefusedCount> refused) {
  std::ranges::stable_sort(refused, std::ranges::greater(), &RefusedCount::count);
  std::string text;
  for (const auto& one : refused) {
    if (one.count == 0) break;
    if (!text.empty()) text += ", ";
    text += CountOf(one.count, one.phrase);
  }
  return text;
}

}  // namespace edm
