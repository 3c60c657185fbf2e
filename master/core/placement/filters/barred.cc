#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

// A move does not go back to where it leaves from, nor to another worker than the one that was asked for;
// what is made anew does not go where the one before it still is.
Hope Judge(const Question& question, const Site& site) {
  const auto& barred = question.request.barred;
  return barred.empty() || !barred.contains(site.id()) ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question& question, const Site& site) {
  return question.request.barred.at(site.id());
}

std::string_view Phrase(const Question& question, const Site& site) {
  return question.request.barred.at(site.id());
}

}  // namespace

constinit const Filter kBarred{"barred", Basis::kAsker, Judge, Explain, Phrase};

}  // namespace edm::master
