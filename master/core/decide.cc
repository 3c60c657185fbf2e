#include "master/core/decide.h"

#include "master/core/attempt.h"
#include "master/core/begin_operation.h"
#include "master/core/cancel.h"
#include "master/core/create_instance.h"
#include "master/core/enrolment.h"
#include "master/core/idempotency.h"
#include "master/core/left_repos.h"
#include "master/core/membership.h"
#include "master/core/retention.h"
#include "master/core/source.h"
#include "master/core/timers.h"
#include "master/core/tokens.h"
#include "master/core/workers.h"

namespace edm::master {
namespace {

struct OnCommand {
  Draft& draft;
  Result<Accepted> operator()(const CreateInstance& it) { return Create(draft, it); }
  Result<Accepted> operator()(const UpdateInstance& it) { return Update(draft, it); }
  Result<Accepted> operator()(const Begin& it) { return BeginOperation(draft, it); }
  Result<Accepted> operator()(const CancelOperation& it) { return Cancel(draft, it); }
  Result<Accepted> operator()(const CreateToken& it) { return AddToken(draft, it); }
  Result<Accepted> operator()(const RevokeToken& it) { return Revoke(draft, it); }
  Result<Accepted> operator()(const UseToken& it) { return Use(draft, it); }
  Result<Accepted> operator()(const ChangeWorker& it) { return SetWorker(draft, it); }
  Result<Accepted> operator()(const RemoveWorker& it) { return TakeWorkerAway(draft, it); }
  Result<Accepted> operator()(const ResumeMoves& it) { return ResumePlacing(draft, it); }
  Result<Accepted> operator()(const TemplateChanged& it) { return RememberTemplate(draft, it); }
};

Result<Accepted> OnAddress(Draft& draft, const AddressPublished& it) {
  const auto found = draft.state().instances.Find(it.instance);
  // What was deleted while its worker was away may still be on its way there.
  if (found == nullptr && !it.address.empty())
    return Error{Code::kAborted, "instance " + it.instance, "it is gone", {}, "edmctl ls"};
  if (found != nullptr && found->instance.status.worker != it.worker) {
    // It says that it is not there: as it is.
    if (it.address.empty()) return Accepted{};
    return Error{Code::kAborted,
                 "instance " + it.instance,
                 "worker " + it.worker + " does not hold it",
                 {},
                 "it is on " + found->instance.status.worker};
  }
  draft.Change(StoredAddress{it.instance, it.address});
  if (found != nullptr && found->instance.status.address != it.address) {
    auto changed = *found;
    changed.instance.status.address = it.address;
    draft.PutStatus(std::move(changed));
  }
  return Accepted{};
}

struct OnReport {
  Draft& draft;
  Result<Accepted> operator()(const WorkerRegistered& it) { return OnRegistered(draft, it); }
  Result<Accepted> operator()(const CertificateRenewed& it) { return OnRenewed(draft, it); }
  Result<Accepted> operator()(const WorkerBeat& it) { return OnBeat(draft, it); }
  Result<Accepted> operator()(const AttemptReported& it) { return Told(OnAttempt, it); }
  Result<Accepted> operator()(const OrderRefused& it) { return Told(OnOrderRefused, it); }
  Result<Accepted> operator()(const SourceTaken& it) { return Told(OnSource, it); }
  Result<Accepted> operator()(const BranchMoved& it) { return Told(OnBranchMoved, it); }
  Result<Accepted> operator()(const RepoDeleted& it) { return Told(OnRepoDeleted, it); }
  Result<Accepted> operator()(const ReposLeft& it) { return Told(OnReposLeft, it); }
  Result<Accepted> operator()(const AddressPublished& it) { return OnAddress(draft, it); }
  Result<Accepted> operator()(const Tick&) {
    OnTick(draft);
    return Accepted{};
  }
  Result<Accepted> operator()(const Recovered&) {
    OnRecovered(draft);
    return Accepted{};
  }

  template <class What>
  Result<Accepted> Told(void (*on)(Draft&, const What&), const What& what) {
    on(draft, what);
    return Accepted{};
  }
};

}  // namespace

Decision Decide(State& state, const Command& command, Moment now) {
  Draft draft(state, now);
  auto reply = std::visit(OnCommand{draft}, command);
  draft.decision().reply = std::move(reply);
  return std::move(draft.decision());
}

Decision Decide(State& state, const Report& report, Moment now) {
  Draft draft(state, now);
  auto reply = std::visit(OnReport{draft}, report);
  draft.decision().reply = std::move(reply);
  return std::move(draft.decision());
}

Decision DecideSweep(State& state, Moment now) {
  Draft draft(state, now);
  Sweep(draft);
  return std::move(draft.decision());
}

}  // namespace edm::master
