#pragma once

#include <optional>
#include <vector>

#include "common/base/result.h"
#include "worker/adapters/runner/job.h"

namespace edm::worker {

// What failed need not end well, and less so while another release waits for its place.
inline constexpr Seconds kFailedStopGrace{2};
inline constexpr Seconds kReplacedStopGrace{1};

// compare.cc
Status Compare(Job& job);
// prepare.cc
Status Fetch(Job& job);
Status Judge(Job& job);
Status Reserve(Job& job);
// build.cc
Status BuildImages(Job& job);
// exchange.cc
Status Push(Job& job);
// What was built of the release before, where all of it is in the registry; else none, and why as a warning.
std::optional<std::vector<ReleaseImage>> PullImages(Job& job, const std::vector<BuildRequest>& wanted);
// publish.cc
Status PublishHolder(Job& job);
Status PublishEndpoints(Job& job);
Status WithdrawEndpoints(Job& job);
Status ForgetHolder(Job& job);
// start.cc
Status Render(Job& job);
Status Up(Job& job);
Status AwaitReady(Job& job);
Status Restore(Job& job);
// keep.cc
// Notes which services run on when the release takes the place of the one that runs.
Status KeepStores(Job& job, ReleaseRecord& release);
// trial.cc
Status Try(Job& job);
Status Dismiss(Job& job);
// Of what was tried nothing is left.
Status DropTrial(Job& job);
// stop.cc
Status Stop(Job& job);
Status Hold(Job& job);
// clean.cc
Status Remove(Job& job);
Status DropImages(Job& job);
Status DropFiles(Job& job);
Status Discard(Job& job);
Status Collect(Job& job);

// Of those that are on this worker. kFailedPrecondition: it is not.
Result<ReleaseRecord*> FindRelease(Job& job, std::uint32_t number);

// The checkout of the order's release as the policy sees it; judged again where this process has not yet.
Status EnsureJudged(Job& job);

// Of all that goes into a final compose file besides the checkout, which never changes.
std::string FinalDigestOf(const Job& job, const ReleaseRecord& release);

// The ids that the engine has for these images now, "" for those it has not.
std::map<std::string, std::string> IdsOf(const Job& job, const std::set<std::string>& images);

// What starting the judged release needs, with the addresses reserved for it.
RunSpec Describe(const Job& job);

}  // namespace edm::worker
