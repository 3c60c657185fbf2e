#include <fmt/format.h>

#include <algorithm>

#include "master/core/placement/filter.h"
#include "master/core/placement/taken.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto wanted = question.request.share.milli_cpus;
  if (wanted == 0) return Hope::kFits;
  if (wanted > MilliCpusOf(site)) return Hope::kNever;
  return TakenByOthers(question, site, &Share::milli_cpus) + wanted <= MilliCpusOf(site) ? Hope::kFits
                                                                                         : Hope::kLater;
}

double Cpus(std::uint64_t milli) { return static_cast<double>(milli) / 1'000; }

std::string Explain(const Question& question, const Site& site) {
  return fmt::format("has {:g} CPUs and {:g} reserved, {:g} are needed", Cpus(MilliCpusOf(site)),
                     Cpus(TakenByOthers(question, site, &Share::milli_cpus)),
                     Cpus(question.request.share.milli_cpus));
}

std::string_view Phrase(const Question&, const Site&) { return "lacks CPUs"; }

std::uint64_t Free(const Question& question, const Site& site) {
  return MilliCpusOf(site) - std::min(MilliCpusOf(site), TakenByOthers(question, site, &Share::milli_cpus));
}

std::string Detail(const Question& question, const Site& site) {
  return fmt::format("{:g} of {:g} free", Cpus(Free(question, site)), Cpus(MilliCpusOf(site)));
}

}  // namespace

constinit const Filter kCpus{"cpus", Basis::kShape, Judge, Explain, Phrase, Detail, Free};

}  // namespace edm::master
