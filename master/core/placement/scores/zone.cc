#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

constexpr double kMemberShare = 0.5;  // half a machine that is free: load decides only between extremes

// Of so many members in its zone.
std::uint32_t Others(const Question& question, const std::string& value, std::uint32_t members) {
  return members > 0 && question.own_zone != nullptr && *question.own_zone == value ? members - 1 : members;
}

std::uint32_t Others(const Question& question, const std::string& value) {
  const auto found = question.zones->find(value);
  return found == question.zones->end() ? 0 : Others(question, value, found->second);
}

Points Judge(const Question& question, const Site& site) {
  if (question.zones == nullptr) return 0;
  return -ToPoints(kMemberShare) * Others(question, site.Label(question.request.spread_by));
}

std::string Say(const Reason& reason) {
  const auto& value = reason.about;
  const bool has_none = reason.beside != 0;
  return (has_none ? "no " + value + ": " : value + " has ") + std::to_string(Whole(reason.figure)) +
         " of its project";
}

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  if (question.zones == nullptr) return;
  const auto& label = question.request.spread_by;
  const auto& value = site.Label(label);
  auto& reason = reasons.emplace_back(Reason{.say = Say,
                                             .figure = static_cast<double>(Others(question, value)),
                                             .beside = value.empty() ? 1.0 : 0.0});
  reason.about.reserve(label.size() + value.size() + 1);
  reason.about = label;
  if (!value.empty()) reason.about.append("=").append(value);
}

}  // namespace

Points PointsOfZone(const Question& question, const std::string& value, std::uint32_t members) {
  return -ToPoints(kMemberShare) * Others(question, value, members);
}

constinit const Score kZone{"zone", Basis::kAsker, Judge, Tell};

}  // namespace edm::master
