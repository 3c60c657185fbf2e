#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "master/core/placement/filter.h"
#include "master/core/placement/taken.h"

namespace edm::master {
namespace {

Hope Judge(const Question& question, const Site& site) {
  const auto wanted = question.request.share.gpus;
  if (wanted == 0) return Hope::kFits;
  const std::uint64_t there = site.worker->facts.gpus;
  if (wanted > there) return Hope::kNever;
  return TakenByOthers(question, site, &Share::gpus) + wanted <= there ? Hope::kFits : Hope::kLater;
}

std::string Explain(const Question& question, const Site& site) {
  return fmt::format("has {}, {} of them taken; {} are needed", Counted(site.worker->facts.gpus, "GPU"),
                     TakenByOthers(question, site, &Share::gpus), question.request.share.gpus);
}

std::string_view Phrase(const Question&, const Site&) { return "lacks GPUs"; }

std::uint64_t Free(const Question& question, const Site& site) {
  const std::uint64_t there = site.worker->facts.gpus;
  return there - std::min(there, TakenByOthers(question, site, &Share::gpus));
}

std::string Detail(const Question& question, const Site& site) {
  return fmt::format("{} of {} free", Free(question, site), site.worker->facts.gpus);
}

}  // namespace

constinit const Filter kGpus{"gpus", Basis::kShape, Judge, Explain, Phrase, Detail, Free};

}  // namespace edm::master
