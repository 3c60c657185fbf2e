#include <algorithm>

#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto& tenants = site.tenants;
  const bool meets =
      std::ranges::any_of(question.apart_from, [&](NameNumber other) { return tenants.Has(other); });
  return meets || tenants.Shuns(question.instance) || tenants.Shuns(question.set) ? Hope::kLater
                                                                                  : Hope::kFits;
}

std::string Explain(const Question& question, const Site& site) {
  for (std::size_t at = 0; at < question.apart_from.size(); ++at) {
    if (site.tenants.Has(question.apart_from[at]))
      return "has " + question.request.apart_from[at] + ", which it must be apart from";
  }
  return "has an instance that must be apart from " + question.request.instance;
}

std::string_view Phrase(const Question&, const Site&) { return "has what it must be apart from"; }

}  // namespace

constinit const Filter kApart{"apart from", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
