#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

std::string_view Why(const Question&, const Site& site) {
  const auto& worker = *site.worker;
  if (worker.state == WorkerState::kLost) return "is lost: no beat came for a while";
  if (worker.state == WorkerState::kJoining || worker.session.empty()) return "has not registered yet";
  return "";
}

Hope Judge(const Question& question, const Site& site) {
  return Why(question, site).empty() ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question& question, const Site& site) { return std::string(Why(question, site)); }

std::string_view Phrase(const Question&, const Site& site) {
  return site.worker->state == WorkerState::kLost ? "is lost" : "has not registered yet";
}

}  // namespace

constinit const Filter kReady{"ready", Basis::kShape, Judge, Explain, Phrase};

}  // namespace edm::master
