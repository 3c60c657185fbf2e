#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto& wanted = question.request.architecture;
  return wanted.empty() || wanted == site.worker->facts.architecture ? Hope::kFits : Hope::kNever;
}

std::string Explain(const Question& question, const Site& site) {
  const auto& has = site.worker->facts.architecture;
  return "is " + (has.empty() ? "of an unknown architecture" : has) + ", " + question.request.architecture +
         " is needed";
}

std::string_view Phrase(const Question&, const Site&) { return "has another architecture"; }

}  // namespace

constinit const Filter kArchitecture{"architecture", Basis::kFacts, Judge, Explain, Phrase};

}  // namespace edm::master
