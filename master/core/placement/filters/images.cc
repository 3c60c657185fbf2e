#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

// An instance that has images stays with them, and with its volumes, whatever the others offer.
Hope Judge(const Question& question, const Site& site) {
  const auto& holder = question.request.holder;
  return holder.empty() || holder == site.id() ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question& question, const Site&) {
  return "the images are on " + question.request.holder;
}

std::string_view Phrase(const Question&, const Site&) { return "does not hold its images"; }

std::string Detail(const Question& question, const Site&) { return "they are on " + question.request.holder; }

}  // namespace

constinit const Filter kImages{"images", Basis::kAsker, Judge, Explain, Phrase, Detail};

}  // namespace edm::master
