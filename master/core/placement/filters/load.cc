#include <fmt/format.h>

#include "master/core/placement/filter.h"
#include "master/model/limits.h"

namespace edm::master {
namespace {

bool Lies(const Site& site) { return site.worker->refused_in_a_row >= kSamplesRefusedMax; }

// What a worker last said before it began to talk nonsense decides nothing any more.
Hope Judge(const Question&, const Site& site) {
  return site.worker->load && !Lies(site) ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question&, const Site& site) {
  if (site.worker->refused_in_a_row == 0) return "has not reported its load yet";
  return fmt::format("reports a load that cannot be: {}", site.worker->refused_why);
}

std::string_view Phrase(const Question&, const Site& site) {
  return site.worker->refused_in_a_row > 0 ? "reports a load that cannot be"
                                           : "has not reported its load yet";
}

}  // namespace

constinit const Filter kLoad{"load", Basis::kShape, Judge, Explain, Phrase};

}  // namespace edm::master
