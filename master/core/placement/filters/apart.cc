#include <algorithm>

#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto& request = question.request;
  const bool meets = std::ranges::any_of(request.apart_from,
                                         [&](const std::string& other) { return site.tenants.Has(other); });
  return meets || site.tenants.Shuns(request.instance) ? Hope::kLater : Hope::kFits;
}

std::string Explain(const Question& question, const Site& site) {
  for (const auto& other : question.request.apart_from) {
    if (site.tenants.Has(other)) return "has " + other + ", which it must be apart from";
  }
  return "has an instance that must be apart from " + question.request.instance;
}

std::string_view Phrase(const Question&, const Site&) { return "has what it must be apart from"; }

}  // namespace

constinit const Filter kApart{"apart from", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
