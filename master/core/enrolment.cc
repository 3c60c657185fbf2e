#include "master/core/enrolment.h"

#include <algorithm>

#include "master/core/members.h"

namespace edm::master {
namespace {

// What never registered holds nothing that somebody could be after.
bool WasEverAtWork(const WorkerRecord& worker) { return !worker.facts.rpc_address.empty(); }

bool IsAtWork(const WorkerRecord& worker) {
  return worker.state != WorkerState::kLost && !worker.session.empty();
}

}  // namespace

Status CheckEnrolment(const State& state, const TokenRecord& token, const std::string& worker) {
  const auto there = state.workers.Find(worker);
  if (there == nullptr) return Ok();
  if (IsAtWork(*there)) {
    return Error{Code::kAlreadyExists,
                 "worker " + worker,
                 "one of that name is at work",
                 {},
                 "choose another id for this machine"};
  }
  if (token.name == worker || !WasEverAtWork(*there)) return Ok();
  return Error{Code::kPermissionDenied,
               "worker " + worker,
               "there was one of that name before, and this token is not made for it",
               {},
               "edmctl token create " + worker + " --worker, or choose another id for this machine"};
}

void Enrol(Draft& draft, const UseToken& command) {
  const auto found = draft.state().workers.Find(command.worker);
  auto record = found ? *found : WorkerRecord{};
  record.facts.id = command.worker;
  record.joined_at = draft.now().wall;
  record.enrolment = command.enrolment;
  record.certificate_ends = command.certificate_ends;
  ++record.revision;
  draft.Put(std::move(record));
  draft.Event({{}, "worker.joined", "", "", command.worker, ""});
}

Status CheckCertificate(const State& state, const std::string& worker, const std::string& enrolment,
                        WallTime now) {
  const auto found = state.workers.Find(worker);
  const auto join_again = "join it again: edmctl token create " + worker + " --worker";
  if (found == nullptr) {
    return Error{Code::kPermissionDenied,
                 "worker " + worker,
                 "it is no worker of this cluster, or no longer",
                 {},
                 join_again};
  }
  if (found->enrolment != enrolment) {
    return Error{Code::kPermissionDenied,
                 "worker " + worker,
                 "this certificate is of an earlier time: a machine joined under this id at " +
                     FormatRfc3339(found->joined_at),
                 {},
                 "join this machine under another id, or take the other one out: edmctl worker rm " + worker};
  }
  if (found->certificate_ends && *found->certificate_ends <= now) {
    return Error{Code::kUnauthenticated,
                 "worker " + worker,
                 "its certificate ended at " + FormatRfc3339(*found->certificate_ends),
                 {},
                 join_again};
  }
  return Ok();
}

std::optional<std::string> EnrolmentIn(const State& state, const std::string& worker) {
  const auto found = state.workers.Find(worker);
  if (found == nullptr) return std::nullopt;
  return found->enrolment;
}

bool MayReadRepo(const State& state, const RepoName& repo) {
  const auto reads = [](const auto& record) { return record->plan.stage == Stage::kAttempt; };
  if (repo.owner == kTemplatesOwner) return std::ranges::any_of(OpenRecords(state), reads);
  // What members are built from is read from their set's.
  return std::ranges::any_of(OpenOf(state, repo.name), reads) ||
         std::ranges::any_of(MembersOf(state, repo.name), [&](const auto& member) {
           return std::ranges::any_of(OpenOf(state, member->instance.id), reads);
         });
}

Result<Accepted> OnRenewed(Draft& draft, const CertificateRenewed& report) {
  EDM_CHECK(CheckCertificate(draft.state(), report.worker, report.enrolment, draft.now().wall));
  auto record = *draft.state().workers.Find(report.worker);
  record.certificate_ends = report.ends;
  draft.Put(std::move(record));
  return Accepted{};
}

Status CheckOnlyOne(const State& state, const WorkerRegistered& report, SteadyTime now) {
  const auto found = state.workers.Find(report.facts.id);
  const auto lost_after = state.settings.beat_interval * state.settings.beats_missed;
  if (found == nullptr || !IsAtWork(*found) || now - found->seen > lost_after) return Ok();
  if (found->facts.rpc_address == report.facts.rpc_address) return Ok();
  return Error{Code::kAlreadyExists,
               "worker " + report.facts.id,
               "a machine at " + found->facts.rpc_address + " is at work under this id, and this one is at " +
                   report.facts.rpc_address,
               {},
               "give this machine an id of its own and join it; a worker that has moved is let in once the "
               "other one is lost"};
}

}  // namespace edm::master
