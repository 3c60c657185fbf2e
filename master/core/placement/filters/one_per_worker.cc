#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  if (!question.request.one_per_worker) return Hope::kFits;
  const std::uint32_t own = question.IsOwn(site.id()) ? 1 : 0;
  return site.tenants.CountOf(question.request.group) > own ? Hope::kLater : Hope::kFits;
}

std::string Explain(const Question&, const Site&) { return "has one of its project already"; }

std::string_view Phrase(const Question&, const Site&) { return "has one of its project already"; }

}  // namespace

constinit const Filter kOnePerWorker{"one per worker", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
