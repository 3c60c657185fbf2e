#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  if (!question.request.needs_network || site.load().networks_free > site.promised.networks)
    return Hope::kFits;
  return site.load().networks_free > 0 ? Hope::kPromised : Hope::kMended;
}

std::string Explain(const Question&, const Site&) { return "has no network left on its engine"; }

std::string_view Phrase(const Question&, const Site&) { return "has no network left"; }

}  // namespace

constinit const Filter kNetworks{"networks", Basis::kShape, Judge, Explain, Phrase};

}  // namespace edm::master
