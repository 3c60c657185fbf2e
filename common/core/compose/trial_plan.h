#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/core/compose/release_pair.h"

namespace edm::compose {

// A service that runs, lent to a trial: by which names, in which networks of the document.
struct Loan {
  std::string service;
  std::map<std::string, std::vector<std::string>> networks;
  bool operator==(const Loan&) const = default;
};

// How a release can be tried beside the one that runs.
struct TrialPlan {
  std::string why_not;             // "": it can
  std::vector<std::string> tried;  // services that run a second time
  std::vector<Loan> lent;
  std::set<std::string> networks;  // of the document; each needs a subnet
};

// Decides. What would write where the running release writes is never run twice: a service that mounts a
// volume of the running release, or says stop-first, is lent where it is unchanged, and otherwise there is no
// trial. Nor is there one where something cannot be judged.
// Error: kInternal, a document that is none.
Result<TrialPlan> PlanTrial(const ReleasePair& question);

// Service to image, as the document has it.
Result<std::map<std::string, std::string>> ImagesIn(std::string_view document);

// What the services bind of their release's own folder, as paths below it.
Result<std::set<std::string>> FilesIn(std::string_view document, std::string_view folder);

}  // namespace edm::compose
