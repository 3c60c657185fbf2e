#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto& by = question.request.rejected_by;
  return by.empty() || !by.contains(site.id()) ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question& question, const Site& site) {
  return "could not take it: " + question.request.rejected_by.at(site.id());
}

std::string_view Phrase(const Question&, const Site&) { return "could not take it"; }

}  // namespace

constinit const Filter kRejected{"rejected", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
