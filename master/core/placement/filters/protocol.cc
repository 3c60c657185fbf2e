#include "common/model/protocol.h"

#include <fmt/format.h>

#include "common/base/version.h"
#include "master/core/placement/filter.h"

namespace edm::master {
namespace {

ProtocolRange Spoken() {
  static const auto range = SpokenBy(ThisVersion());
  return range;
}

Hope Judge(const Question&, const Site& site) {
  const auto theirs = site.worker->protocol;
  return site.worker->session.empty() || Agree(Spoken(), {theirs, theirs}) ? Hope::kFits : Hope::kMended;
}

std::string Explain(const Question&, const Site& site) {
  return fmt::format("speaks protocol {}, this master {}", site.worker->protocol, ToString(Spoken()));
}

std::string_view Phrase(const Question&, const Site&) { return "speaks another protocol"; }

}  // namespace

constinit const Filter kProtocolFilter{"protocol", Basis::kShape, Judge, Explain, Phrase};

}  // namespace edm::master
