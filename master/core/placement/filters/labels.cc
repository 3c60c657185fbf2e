#include <algorithm>

#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

using Label = std::pair<const std::string, std::string>;

bool Has(const Site& site, const Label& wanted) {
  const auto& labels = site.worker->facts.labels;
  const auto found = labels.find(wanted.first);
  return found != labels.end() && found->second == wanted.second;
}

Hope Judge(const Question& question, const Site& site) {
  const auto& wanted = question.request.labels;
  return std::ranges::all_of(wanted, [&](const Label& one) { return Has(site, one); }) ? Hope::kFits
                                                                                       : Hope::kLater;
}

std::string Explain(const Question& question, const Site& site) {
  std::string text;
  for (const auto& one : question.request.labels) {
    if (!Has(site, one)) text += (text.empty() ? "lacks label " : ", ") + one.first + "=" + one.second;
  }
  return text;
}

std::string Detail(const Question& question, const Site& site) {
  return Explain(question, site).substr(std::string_view("lacks label ").size());
}

std::string_view Phrase(const Question&, const Site&) { return "lacks a label"; }

}  // namespace

constinit const Filter kLabels{"labels", Basis::kFacts, Judge, Explain, Phrase, Detail};

}  // namespace edm::master
