#include "master/adapters/loop/effect_runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/model/member_name.h"
#include "master/core/git/commit_spec.h"
#include "master/core/members.h"
#include "master/core/open_delete.h"

namespace edm::master {
namespace {

CommitsByRelease CommitsOf(const State& state, const std::string& instance) {
  CommitsByRelease commits;
  const auto add = [&](const std::string& one) {
    for (const auto& release : ReleasesOf(state, one)) commits[release->number] = release->source.commit;
  };
  add(instance);
  for (const auto& member : MembersOf(state, instance)) add(member->instance.id);
  return commits;
}

}  // namespace

void EffectRunner::Connect(Cluster& cluster) {
  cluster_ = &cluster;
  parts_.workers.Listen(
      [this](const std::string& operation, std::uint32_t attempt, AttemptEvent event,
             std::function<void()> taken) {
        cluster_->Report(AttemptReported{operation, attempt, std::move(event)},
                         [taken = std::move(taken)](const Result<Accepted>&) { taken(); });
      },
      [this](const std::string& operation, std::uint32_t attempt, Error error) {
        cluster_->Report(OrderRefused{operation, attempt, std::move(error)});
      });
}

void EffectRunner::StopAll() {
  stopped_ = true;
  const std::lock_guard lock(mutex_);
  for (auto& [operation, stop] : taking_) stop.request_stop();
}

void EffectRunner::Do(Effect effect) {
  if (stopped_) return;
  // These never block, and must not wait behind what they stop.
  if (const auto* cancel = std::get_if<CancelAttempt>(&effect)) return Perform(*cancel);
  if (const auto* evict = std::get_if<EvictCopy>(&effect)) return Perform(*evict);
  if (const auto* stop = std::get_if<StopTaking>(&effect)) return Perform(*stop);
  if (const auto* take = std::get_if<TakeSource>(&effect)) (void)BeginTaking(take->operation);
  auto shared = std::make_shared<const Effect>(std::move(effect));
  const bool posted = parts_.pool.Post([this, shared, whole = whole_.lock()] {
    if (!stopped_) std::visit([this](const auto& it) { Perform(it); }, *shared);
  });
  if (posted) return;
  const Error busy{Code::kResourceExhausted,
                   "master",
                   "too much work waits for the git server",
                   {},
                   "try again a little later"};
  if (const auto* take = std::get_if<TakeSource>(shared.get())) {
    EndTaking(take->operation);
    cluster_->Report(SourceTaken{take->operation, busy});
  }
  if (const auto* find = std::get_if<FindUpload>(shared.get()))
    cluster_->Report(SourceTaken{find->operation, busy});
  if (const auto* move = std::get_if<MoveBranch>(shared.get()))
    cluster_->Report(BranchMoved{move->operation, busy});
  if (const auto* gone = std::get_if<DeleteRepo>(shared.get()))
    cluster_->Report(RepoDeleted{gone->operation, busy});
  if (const auto* repos = std::get_if<RemoveRepos>(shared.get()))
    cluster_->Report(ReposLeft{repos->instances});
  if (const auto* send = std::get_if<SendOrder>(shared.get())) {
    cluster_->Report(OrderRefused{send->order.operation, send->order.attempt, busy});
  }
}

// On the pool's thread, which is there for that.
template <class T>
Result<T> EffectRunner::Patiently(const std::function<Result<T>()>& call, std::stop_token stop) const {
  for (std::uint32_t tries = 1;; ++tries) {
    auto outcome = call();
    const bool final = stopped_ || outcome.ok() || outcome.error().code != Code::kUnavailable;
    if (final || tries >= kGitTriesMax) return outcome;
    if (!parts_.clock.Wait(kGitRetry.After(tries), stop)) return outcome;
  }
}

std::stop_token EffectRunner::BeginTaking(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  return taking_[operation].get_token();
}

void EffectRunner::EndTaking(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  taking_.erase(operation);
}

// Between the decision and now the operation may have ended: its worker may have forgotten it by now, and
// would begin it anew. Or its cancel may have gone ahead of the order; one that was there before is followed
// on.
Status EffectRunner::CheckWanted(const SendOrder& effect) const {
  const auto record = cluster_->View()->operations.Find(effect.order.operation);
  const bool open = record && record->attempt == effect.order.attempt && !IsTerminal(record->operation.state);
  if (open && (effect.after_cursor != 0 || !record->plan.cancel_requested)) return Ok();
  return Error{Code::kCancelled,
               "operation " + effect.order.operation,
               "it was cancelled before its order was sent",
               {},
               "start it again when you want it"};
}

Result<Source> EffectRunner::Take(const TakeSource& effect, std::stop_token stop) {
  const RepoName repo{effect.owner, effect.instance};
  Source source{.kind = SourceKind::kPush, .branch = effect.branch, .ref = effect.ref};
  if (stop.stop_requested()) {
    return Error{Code::kCancelled, "source of " + effect.instance, "cancelled before it was fetched"};
  }
  EDM_CHECK(parts_.git.EnsureOwner(effect.owner));
  EDM_CHECK(parts_.git.EnsureRepo(repo, effect.branch));
  if (!MayHaveRepo(*cluster_->View(), effect.instance)) {
    if (!parts_.git.DeleteRepo(repo).ok()) cluster_->Report(ReposLeft{{effect.instance}});
    return Error{Code::kCancelled, "instance " + effect.instance, "it is being deleted", {}, "edmctl ls"};
  }
  if (!effect.git_url.empty()) {
    source.kind = SourceKind::kGit;
    source.git_url = effect.git_url;
    EDM_TRY(source.commit, parts_.git.Import(repo, effect.branch, effect.git_url, effect.ref, stop));
    return WithSpec(repo, std::move(source));
  }
  auto commit = parts_.git.Resolve(repo, effect.ref.empty() ? effect.branch : effect.ref);
  if (!commit.ok() && commit.error().code == Code::kNotFound && effect.ref.empty()) {
    return Error{Code::kFailedPrecondition,
                 "instance " + effect.instance,
                 "its branch " + effect.branch + " has no commit yet",
                 {},
                 "edmctl deploy DIR, or push to it"};
  }
  if (!commit.ok()) return std::move(commit).error();
  source.commit = std::move(commit).value();
  const auto instance = cluster_->View()->instances.Find(effect.instance);
  // What is known of that very commit is worth keeping: it may have been an upload.
  if (instance && instance->instance.status.source.commit == source.commit)
    source = instance->instance.status.source;
  return WithSpec(repo, std::move(source));
}

// Reads what its edm.yaml says that is not the worker's alone.
Result<Source> EffectRunner::WithSpec(const RepoName& repo, Source source) {
  EDM_TRY(const auto spec, SpecOf(parts_.git, repo, source.commit));
  source.replicas = spec.replicas;
  return source;
}

// Its files are gone with the master that took them in; what that had put into git is there.
void EffectRunner::Perform(const FindUpload& effect) {
  auto source = effect.source;
  const RepoName repo{effect.owner, effect.instance};
  auto found = Patiently<Source>([&]() -> Result<Source> {
    EDM_TRY(source.commit, parts_.git.FindUpload(repo, source.branch, source.digest));
    return WithSpec(repo, source);
  });
  if (found.ok()) return cluster_->Report(SourceTaken{effect.operation, std::move(found)});
  auto error = std::move(found).error();
  if (error.code == Code::kNotFound) {
    error = {
        Code::kUnavailable, "upload", "the master stopped while it took the upload in", {}, "send it again"};
  }
  cluster_->Report(SourceTaken{effect.operation, std::move(error)});
}

void EffectRunner::Perform(const TakeSource& effect) {
  const auto stop = BeginTaking(effect.operation);
  auto source = Patiently<Source>([&] { return Take(effect, stop); }, stop);
  EndTaking(effect.operation);
  cluster_->Report(SourceTaken{effect.operation, std::move(source)});
}

void EffectRunner::Perform(const StopTaking& effect) {
  const std::lock_guard lock(mutex_);
  if (const auto found = taking_.find(effect.operation); found != taking_.end()) found->second.request_stop();
}

// The instance's own template, else the one that its source names.
Result<std::string> EffectRunner::TemplateOf(const SendOrder& effect) {
  const auto& order = effect.order;
  if (!order.template_name.empty()) return order.template_name;
  EDM_TRY(const auto spec, SpecOf(parts_.git, {order.owner, SetOf(order.instance)}, effect.commit));
  return spec.template_name;
}

Result<Order> EffectRunner::WithAccess(const SendOrder& effect) {
  auto order = effect.order;
  const auto until = order.deadline + Millis(60'000);
  // What only starts is pushed as well, where the push after its build did not succeed.
  if (parts_.images != nullptr && (order.build || order.target == Target::kRunning)) {
    EDM_TRY(order.repository, parts_.images->Grant(SetOf(order.instance), until));
  }
  if (!order.build) {
    order.source.reset();
    return order;
  }
  // A release that is built again takes the very template that it was made with, or none.
  const auto pinned = order.template_source ? order.template_source->commit : std::string();
  EDM_TRY(order.source, parts_.git.GrantRead({order.owner, SetOf(order.instance)}, effect.commit, until));
  if (!pinned.empty()) {
    EDM_TRY(order.template_source,
            parts_.git.GrantRead({std::string(kTemplatesOwner), order.template_name}, pinned, until));
    return order;
  }
  EDM_TRY(order.template_name, TemplateOf(effect));
  if (!order.template_name.empty()) {
    const RepoName repo{std::string(kTemplatesOwner), order.template_name};
    auto commit = parts_.git.Resolve(repo, "");
    if (!commit.ok() && commit.error().code == Code::kNotFound) {
      return Error{Code::kFailedPrecondition,
                   "template " + order.template_name,
                   "there is no template of that name",
                   {},
                   "edmctl template ls, or upload it"};
    }
    if (!commit.ok()) return std::move(commit).error();
    EDM_TRY(order.template_source, parts_.git.GrantRead(repo, *commit, until));
  }
  return order;
}

void EffectRunner::Perform(const SendOrder& effect) {
  auto order = Patiently<Order>([&] { return WithAccess(effect); });
  const auto wanted = CheckWanted(effect);
  if (!order.ok() || !wanted.ok()) {
    auto error = order.ok() ? wanted.error() : std::move(order).error();
    return cluster_->Report(OrderRefused{effect.order.operation, effect.order.attempt, std::move(error)});
  }
  // What this master's log lacks, because another led then, the worker tells again.
  const auto logged = parts_.log.WorkerCursor(effect.order.operation, effect.order.attempt);
  parts_.workers.Assign({effect.worker, effect.rpc_address}, std::move(order).value(),
                        std::min(effect.after_cursor, logged));
}

// Nobody waits for its end: its worker reports the copy until it is gone.
void EffectRunner::Perform(const EvictCopy& effect) {
  parts_.workers.Assign({effect.worker, effect.rpc_address}, effect.order, 0);
}

void EffectRunner::Perform(const CancelAttempt& effect) {
  if (effect.stop_following) parts_.workers.Unfollow(effect.instance, effect.attempt);
  if (effect.rpc_address.empty()) return;
  parts_.workers.Cancel({effect.worker, effect.rpc_address}, effect.instance, effect.attempt,
                        cluster_->View()->epoch, effect.reason);
}

void EffectRunner::Perform(const MoveBranch& effect) {
  const auto moved = Patiently<Unit>([&]() -> Status {
    const RepoName repo{effect.owner, effect.instance};
    auto outcome = parts_.git.MoveBranch(repo, effect.push.branch, effect.push.from, effect.push.to);
    if (outcome.ok() || outcome.error().code != Code::kAborted) return outcome;
    // Moved by this very operation before a restart.
    const auto head = parts_.git.Resolve(repo, effect.push.branch);
    return head.ok() && *head == effect.push.to ? Ok() : outcome;
  });
  cluster_->Report(BranchMoved{effect.operation, moved});
}

void EffectRunner::Perform(const DeleteRepo& effect) {
  cluster_->Report(RepoDeleted{effect.operation, Patiently<Unit>([&] {
                                 return parts_.git.DeleteRepo({effect.owner, effect.instance});
                               })});
}

void EffectRunner::Perform(const RemoveRepos& effect) {
  const auto repos = parts_.git.ListRepos();
  if (!repos.ok()) return cluster_->Report(ReposLeft{effect.instances});
  ReposLeft left;
  for (const auto& repo : *repos) {
    if (repo.owner == kTemplatesOwner || !effect.instances.contains(repo.name)) continue;
    if (MayHaveRepo(*cluster_->View(), repo.name)) continue;
    if (!parts_.git.DeleteRepo(repo).ok()) left.instances.insert(repo.name);
  }
  cluster_->Report(std::move(left));
}

void EffectRunner::Perform(const KeepCommits& effect) {
  // Of two for one instance the later may be done first: whoever is last must have seen the newest releases.
  auto known = CommitsOf(*cluster_->View(), effect.instance);
  auto outcome = Status(Ok());
  for (auto kept = std::optional<CommitsByRelease>(); kept != known;) {
    kept = known;
    outcome = Patiently<Unit>([&] { return parts_.git.KeepCommits({effect.owner, effect.instance}, *kept); });
    known = CommitsOf(*cluster_->View(), effect.instance);
  }
  if (!outcome.ok() && outcome.error().code == Code::kUnavailable)
    cluster_->Report(ReposLeft{{effect.instance}});
}

void EffectRunner::Perform(const ForgetEvents& effect) { parts_.log.Remove(effect.operation); }

}  // namespace edm::master
