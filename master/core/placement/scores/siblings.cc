#include "common/base/text.h"
#include "common/model/member_name.h"
#include "master/core/placement/score.h"

namespace edm::master {
namespace {

// Half a machine: a member goes beside another one only where the others are as good as full.
constexpr double kSiblingShare = 0.5;

std::uint32_t Others(const Question& question, const Site& site) {
  const auto& id = question.request.instance;
  if (!IsMember(id)) return 0;
  const auto count = site.tenants.MembersOf(SetOf(id));
  return count > 0 && question.IsOwn(site.id()) ? count - 1 : count;
}

// However tight the others are packed: copies of one thing are there so that one of them is left.
Points Judge(const Question& question, const Site& site) {
  return -ToPoints(kSiblingShare) * Others(question, site);
}

void Explain(const Question& question, const Site& site, std::vector<std::string>& reasons) {
  if (const auto others = Others(question, site); others > 0)
    reasons.push_back(Counted(others, "other member") + " of " + SetOf(question.request.instance));
}

}  // namespace

constinit const Score kSiblings{"siblings", Basis::kAsker, Judge, Explain};

}  // namespace edm::master
