#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/placement/score.h"
#include "master/core/placement/text.h"

namespace edm::master {
namespace {

// Half a machine: a member goes beside another one only where the others are as good as full.
constexpr double kSiblingShare = 0.5;

std::uint32_t Others(const Question& question, const Site& site) {
  if (question.set == kNoName) return 0;
  const auto count = site.tenants.MembersOf(question.set);
  return count > 0 && question.IsOwn(site.id()) ? count - 1 : count;
}

// However tight the others are packed: copies of one thing are there so that one of them is left.
Points Judge(const Question& question, const Site& site) {
  return -ToPoints(kSiblingShare) * Others(question, site);
}

std::string Say(const Reason& reason) {
  return Counted(Whole(reason.figure), "other member") + " of " + reason.about;
}

void Tell(const Question& question, const Site& site, std::vector<Reason>& reasons) {
  if (const auto others = Others(question, site); others > 0) {
    reasons.push_back(
        {.say = Say, .figure = static_cast<double>(others), .about = SetOf(question.request.instance)});
  }
}

}  // namespace

constinit const Score kSiblings{"siblings", Basis::kAsker, Judge, Tell};

}  // namespace edm::master
