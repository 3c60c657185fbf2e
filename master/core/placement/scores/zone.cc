#include "master/core/placement/score.h"

namespace edm::master {
namespace {

constexpr double kMemberShare = 0.5;  // half a machine that is free: load decides only between extremes

std::uint32_t Others(const Question& question, const std::string& value) {
  if (question.zones == nullptr) return 0;
  const auto found = question.zones->find(value);
  const auto count = found == question.zones->end() ? 0 : found->second;
  return count > 0 && question.own_zone != nullptr && *question.own_zone == value ? count - 1 : count;
}

Points Judge(const Question& question, const Site& site) {
  return question.zones == nullptr ? 0 : PointsOfZone(question, site.Label(question.request.spread_by));
}

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  if (question.zones == nullptr) return;
  const auto& label = question.request.spread_by;
  const auto& value = site.Label(label);
  std::string text;
  text.reserve(label.size() + value.size() + 32);
  if (value.empty()) {
    text.append("no ").append(label).append(": ");
  } else {
    text.append(label).append("=").append(value).append(" has ");
  }
  text.append(std::to_string(Others(question, value))).append(" of its project");
  reasons.push_back(std::move(text));
}

}  // namespace

Points PointsOfZone(const Question& question, const std::string& value) {
  return -ToPoints(kMemberShare) * Others(question, value);
}

constinit const Score kZone{"zone", Basis::kAsker, Judge, Explain};

}  // namespace edm::master
