#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

bool IsClosed(const WorkerRecord& worker) {
  return worker.availability == Availability::kClosed || worker.state == WorkerState::kCordoned;
}

bool IsEmptying(const WorkerRecord& worker) {
  return worker.availability == Availability::kEmptying || worker.state == WorkerState::kDraining;
}

// It takes nothing new, and a new release of what it holds is nothing new.
Hope Judge(const Question& question, const Site& site) {
  const auto& worker = *site.worker;
  const bool holds = !question.request.holder.empty() && question.request.holder == worker.facts.id;
  return (IsEmptying(worker) || IsClosed(worker)) && !holds ? Hope::kLater : Hope::kFits;
}

std::string_view Phrase(const Question&, const Site& site) {
  return IsEmptying(*site.worker) ? "is draining" : "is cordoned";
}

std::string Explain(const Question& question, const Site& site) {
  return std::string(Phrase(question, site));
}

}  // namespace

constinit const Filter kAvailability{"availability", Basis::kShape, Judge, Explain, Phrase};

}  // namespace edm::master
