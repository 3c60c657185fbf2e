#include "master/adapters/loop/effect_runner.h"

#include <thread>
#include <utility>

#include "common/core/spec/app_spec.h"

namespace edm::master {
namespace {

constexpr std::size_t kSpecBytesMax = 64U << 10;  // of an edm.yaml: a worker takes no larger one

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

void EffectRunner::Do(Effect effect) {
  if (const auto* cancel = std::get_if<CancelAttempt>(&effect)) return Perform(*cancel);  // never blocks
  auto shared = std::make_shared<const Effect>(std::move(effect));
  const bool posted =
      parts_.pool.Post([this, shared] { std::visit([this](const auto& it) { Perform(it); }, *shared); });
  if (posted) return;
  const Error busy{Code::kResourceExhausted,
                   "master",
                   "too much work waits for the git server",
                   {},
                   "try again a little later"};
  if (const auto* take = std::get_if<TakeSource>(shared.get()))
    cluster_->Report(SourceTaken{take->operation, busy});
  if (const auto* move = std::get_if<MoveBranch>(shared.get()))
    cluster_->Report(BranchMoved{move->operation, busy});
  if (const auto* gone = std::get_if<DeleteRepo>(shared.get()))
    cluster_->Report(RepoDeleted{gone->operation, busy});
  if (const auto* send = std::get_if<SendOrder>(shared.get())) {
    cluster_->Report(OrderRefused{send->order.operation, send->order.attempt, busy});
  }
}

// Again while the git server is away, on the pool's thread, which is there for that.
template <class T>
Result<T> EffectRunner::Patiently(const std::function<Result<T>()>& call) const {
  for (std::uint32_t tries = 1;; ++tries) {
    auto outcome = call();
    if (outcome.ok() || outcome.error().code != Code::kUnavailable || tries >= kGitTriesMax) return outcome;
    std::this_thread::sleep_for(kGitRetry.After(tries));
  }
}

// Between the decision and now the operation may have ended, or its cancel may have gone ahead of the order.
Status EffectRunner::CheckWanted(const std::string& operation, std::uint32_t attempt) const {
  const auto record = cluster_->View()->operations.Find(operation);
  const bool open = record && record->attempt == attempt && !IsTerminal(record->operation.state);
  if (open && !record->plan.cancel_requested) return Ok();
  return Error{Code::kCancelled,
               "operation " + operation,
               "it was cancelled before its order was sent",
               {},
               "start it again when you want it"};
}

Result<Source> EffectRunner::Take(const TakeSource& effect) {
  const RepoName repo{effect.owner, effect.instance};
  Source source{.kind = SourceKind::kPush, .branch = effect.branch, .ref = effect.ref};
  EDM_CHECK(parts_.git.EnsureOwner(effect.owner));
  EDM_CHECK(parts_.git.EnsureRepo(repo, effect.branch));
  if (!effect.git_url.empty()) {
    source.kind = SourceKind::kGit;
    source.git_url = effect.git_url;
    EDM_TRY(source.commit, parts_.git.Import(repo, effect.branch, effect.git_url, effect.ref));
    return source;
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
    return instance->instance.status.source;
  return source;
}

void EffectRunner::Perform(const TakeSource& effect) {
  cluster_->Report(SourceTaken{effect.operation, Patiently<Source>([&] { return Take(effect); })});
}

// The instance's own template, else the one that its source names.
Result<std::string> EffectRunner::TemplateOf(const SendOrder& effect) {
  const auto& order = effect.order;
  if (!order.template_name.empty()) return order.template_name;
  EDM_TRY(const auto text, parts_.git.ReadFile({order.owner, order.instance}, effect.commit,
                                               std::string(kAppSpecFile), kSpecBytesMax));
  // What is wrong with the file the worker says, who judges all of it.
  const auto spec = text ? ReadAppSpec(*text) : Result<AppSpec>(AppSpec{});
  return spec.ok() ? spec->template_name : std::string();
}

Result<Order> EffectRunner::WithAccess(const SendOrder& effect) {
  auto order = effect.order;
  if (!order.build) {
    order.source.reset();
    return order;
  }
  const auto until = order.deadline + Millis(60'000);
  EDM_TRY(order.source, parts_.git.GrantRead({order.owner, order.instance}, effect.commit, until));
  EDM_TRY(order.template_name, TemplateOf(effect));
  if (!order.template_name.empty()) {
    const RepoName repo{"templates", order.template_name};
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
  const bool first = effect.after_cursor == 0;
  const auto wanted = first ? CheckWanted(effect.order.operation, effect.order.attempt) : Ok();
  if (!order.ok() || !wanted.ok()) {
    auto error = order.ok() ? wanted.error() : std::move(order).error();
    return cluster_->Report(OrderRefused{effect.order.operation, effect.order.attempt, std::move(error)});
  }
  parts_.workers.Assign({effect.worker, effect.rpc_address}, std::move(order).value(), effect.after_cursor);
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

void EffectRunner::Perform(const KeepCommit& effect) {
  (void)Patiently<Unit>([&] {
    return parts_.git.KeepCommit({effect.owner, effect.instance}, effect.release, effect.commit);
  });
}

void EffectRunner::Perform(const DropCommit& effect) {
  (void)parts_.git.DropCommit({effect.owner, effect.instance}, effect.release);
}

void EffectRunner::Perform(const ForgetEvents& effect) { parts_.log.Remove(effect.operation); }

}  // namespace edm::master
