#include "tests/simulation/term.h"

#include <fmt/format.h>

#include "common/base/version.h"
#include "master/adapters/loop/batch_writer.h"
#include "master/adapters/loop/carry.h"
#include "master/adapters/loop/cluster_loop.h"
#include "master/core/decide.h"
#include "master/core/open_delete.h"
#include "master/core/releases.h"
#include "tests/simulation/master_machine.h"
#include "tests/simulation/stored_changes.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr std::size_t kPoolThreads = 8;
constexpr Millis kForEver = std::chrono::hours(24);

bool IsEmpty(const master::Decision& decision) {
  return decision.changes.empty() && decision.effects.empty() && decision.notes.empty() &&
         decision.events.empty();
}

}  // namespace

Term::Term(const Parts& parts)
    : parts_(parts),
      world_(parts.world),
      path_({world_.agenda, world_.dice, world_.network, world_.store, parts.machine.node}),
      store_(path_,
             [&checks = world_.checks, epoch = epoch_](const std::vector<KvOp>& ops, const Status& status) {
               if (status.ok()) checks.OnWrite(*epoch, ops);
             }),
      git_client_({world_.agenda, world_.dice, world_.git}),
      git_({git_client_, parts.machine.clock, [this] { return !given_up_ && parts_.is_sure(); }}),
      channel_(world_, parts.machine.node, parts.life),
      pool_(world_.agenda, parts.life, kPoolThreads),
      effects_({git_, channel_, parts.machine.events, pool_, parts.machine.clock}) {}

Result<std::unique_ptr<Term>> Term::Begin(const Parts& parts) {
  std::unique_ptr<Term> term(new Term(parts));
  EDM_CHECK(term->Load());
  term->GoOn();
  return term;
}

Status Term::Load() {
  EDM_TRY(const auto mandate, master::TakeEpoch(store_));
  EDM_TRY(stored_, master::ReadState(store_, world_.sealer));
  stored_.epoch = mandate.epoch;
  stored_.settings = world_.settings;
  stored_.started = parts_.machine.clock.Steady();
  fence_ = mandate.fence;
  *epoch_ = mandate.epoch;
  state_ = stored_.Share();
  return Ok();
}

void Term::GoOn() {
  world_.checks.OnLeads(parts_.machine.node, state_);
  master::RepairLogs(state_, parts_.machine.events);
  effects_.Connect(*this);
  world_.agenda.Spawn(parts_.life, [this] { KeepWriting(); });
  Enqueue({master::Report(master::Recovered{}), {}});
  world_.agenda.After(master::ClusterLoop::kTickInterval, parts_.life, [this] { Tick(); });
  world_.agenda.After(master::ClusterLoop::kTickInterval, parts_.life, [this] { Sweep(); });
}

void Term::GiveUp(const Error& why) {
  given_up_ = why;
  effects_.StopAll();
  channel_.LetGo();
  for (auto& input : std::exchange(inputs_, {})) {
    if (input.answer) input.answer(why);
  }
  if (wake_writer_) std::exchange(wake_writer_, nullptr)();
}

master::Moment Term::Now() const { return {parts_.machine.clock.Now(), parts_.machine.clock.Steady()}; }

void Term::Submit(master::Command command, Answer answer) {
  if (given_up_) return answer(*given_up_);
  if (trouble_) return answer(*trouble_);
  const auto* begin = std::get_if<master::Begin>(&command);
  if (begin != nullptr && begin->upload) {
    answer = [this, begin = *begin, answer](Result<master::Accepted> accepted) {
      if (accepted.ok() && !accepted->repeated) TakeUpload(begin);
      answer(std::move(accepted));
    };
  }
  Enqueue({std::move(command), std::move(answer)});
}

// The files came with the call; once it is accepted they are put into git.
void Term::TakeUpload(const master::Begin& begin) {
  const auto operation = stored_.operations.Find(begin.operation);
  const auto instance = operation ? stored_.instances.Find(begin.instance) : nullptr;
  if (instance == nullptr) return;
  (void)pool_.Post([this, begin, owner = instance->instance.owner] {
    const master::RepoName repo{owner, begin.instance};
    auto source = *begin.upload;
    const auto outcome = [&]() -> Result<Source> {
      EDM_CHECK(git_.EnsureRepo(repo, "main"));
      // As the real intake does: a delete may have taken the repo meanwhile.
      if (!master::MayHaveRepo(stored_, begin.instance) && !git_.DeleteRepo(repo).ok())
        Report(master::ReposLeft{{begin.instance}}, {});
      const auto record = stored_.operations.Find(begin.operation);
      if (record == nullptr || IsTerminal(record->operation.state))
        return Error{Code::kCancelled, "operation " + begin.operation, "it has ended meanwhile"};
      EDM_TRY(const auto committed, git_.Push(repo, "main", source.digest, {.digest = source.digest}));
      source.commit = committed.commit;
      source.branch = "main";
      return source;
    }();
    Report(master::SourceTaken{begin.operation, outcome}, {});
  });
}

void Term::Report(master::Report report, Answer answer) {
  if (given_up_) {
    if (answer) answer(*given_up_);
    return;
  }
  Enqueue({std::move(report), std::move(answer)});
}

std::shared_ptr<const master::State> Term::View() const { return {std::shared_ptr<const void>(), &stored_}; }

void Term::OnCommand(master::Command command, const Reply<master::Accepted>& reply) {
  if (auto* begin = std::get_if<master::Begin>(&command))
    begin->operation = fmt::format("op-{:012x}", world_.dice.Next() >> 16);
  Submit(std::move(command), [this, reply](Result<master::Accepted> accepted) {
    if (accepted.ok() && !accepted->operation.empty()) world_.checks.OnAcknowledged(accepted->operation);
    reply(std::move(accepted));
  });
}

void Term::OnReport(const master::Report& report, const Reply<Unit>& reply) {
  Report(report, [reply](const Result<master::Accepted>& accepted) {
    reply(accepted.ok() ? Result<Unit>(Unit{}) : Result<Unit>(accepted.error()));
  });
}

void Term::OnBeat(const master::WorkerBeat& beat, const std::vector<std::string>& unsure,
                  const Reply<worker::BeatAnswer>& reply) {
  Report(beat, [this, unsure, reply](const Result<master::Accepted>& accepted) {
    if (!accepted.ok()) return reply(accepted.error());
    reply(worker::BeatAnswer{stored_.epoch, stored_.settings.fence_after,
                             master::SettledReleases(stored_, unsure)});
  });
}

void Term::OnRegister(const WorkerFacts& facts, const std::vector<Observation>& observations,
                      const Reply<worker::Registration>& reply) {
  master::WorkerRegistered report{.facts = facts,
                                  .protocol = kProtocolNewest,
                                  .session = std::to_string(world_.dice.Next()),
                                  .observations = observations};
  const auto session = report.session;
  Report(std::move(report), [this, session, reply](const Result<master::Accepted>& accepted) {
    if (!accepted.ok()) return reply(accepted.error());
    const auto& settings = stored_.settings;
    reply(worker::Registration{session, stored_.epoch, settings.beat_interval, settings.fence_after});
  });
}

void Term::Enqueue(Input input) {
  inputs_.push_back(std::move(input));
  if (std::exchange(is_turn_due_, true)) return;
  world_.agenda.After(Millis(0), parts_.life, [this] { Turn(); });
}

void Term::Turn() {
  is_turn_due_ = false;
  while (!inputs_.empty()) {
    auto input = std::move(inputs_.front());
    inputs_.pop_front();
    const auto* report = std::get_if<master::Report>(&input.what);
    if (report != nullptr) world_.checks.BeforeReport(state_, *report);
    auto decision = report != nullptr ? Decide(state_, *report, Now())
                                      : Decide(state_, std::get<master::Command>(input.what), Now());
    // A beat is promised nothing: a slow store must not make workers late.
    if (report != nullptr && std::holds_alternative<master::WorkerBeat>(*report) && input.answer)
      std::exchange(input.answer, {})(decision.reply);
    Take(std::move(decision), std::move(input.answer));
  }
}

void Term::Tick() {
  if (given_up_) return;
  auto decision = Decide(state_, master::Report(master::Tick{}), Now());
  if (!IsEmpty(decision)) Take(std::move(decision), {});
  world_.agenda.After(master::ClusterLoop::kTickInterval, parts_.life, [this] { Tick(); });
}

void Term::Sweep() {
  if (given_up_) return;
  auto decision = DecideSweep(state_, Now());
  if (!IsEmpty(decision)) Take(std::move(decision), {});
  world_.agenda.After(master::ClusterLoop::kSweepInterval, parts_.life, [this] { Sweep(); });
}

void Term::Take(master::Decision decision, Answer answer) {
  world_.checks.OnDecision(state_, decision);
  pending_.entries.push_back({std::move(decision), std::move(answer)});
  if (wake_writer_) std::exchange(wake_writer_, nullptr)();
}

void Term::KeepWriting() {
  // What is given out is the state as stored, brought up to date in between: one that never changes would
  // cost a copy of its tables each time.
  const auto token = std::make_shared<const master::State>();
  const std::function<void(std::shared_ptr<const master::State>)> publish =
      [this](const std::shared_ptr<const master::State>&) { Publish(); };
  const std::function<void(const master::Decision&)> kNobody;
  while (true) {
    if (pending_.entries.empty() && given_up_) return;
    if (pending_.entries.empty()) {
      world_.agenda.Wait(kForEver, {}, [this](Agenda::Wake wake) { wake_writer_ = std::move(wake); });
      continue;
    }
    auto batch = std::exchange(pending_, {});
    batch.view = token;
    storing_.clear();
    for (const auto& entry : batch.entries)
      storing_.insert(storing_.end(), entry.decision.changes.begin(), entry.decision.changes.end());
    master::CarryBatch(std::move(batch), {parts_.machine.events, effects_, publish, kNobody},
                       [this](master::Batch& it) { return Store(it); });
  }
}

Status Term::Store(master::Batch& batch) {
  if (given_up_) return *given_up_;
  storing_since_ = world_.agenda.now();
  for (const auto& ops : PackTransactions(batch.entries, world_.sealer, store_.limits(), fence_)) {
    EDM_CHECK(StoreOne(ops, batch));
    trouble_.reset();
  }
  return Ok();
}

Status Term::StoreOne(const std::vector<KvOp>& ops, master::Batch& batch) {
  for (std::uint32_t tries = 1;; ++tries) {
    if (given_up_) return *given_up_;
    const auto status = store_.Transact(ops);
    if (status.ok()) return Ok();
    if (status.error().code == Code::kAborted) {
      const Error why{Code::kUnavailable, "master", "another one leads now"};
      given_up_ = why;
      parts_.on_deposed(why);
      return why;
    }
    trouble_ = Error{Code::kUnavailable, "state store", status.error().cause};
    world_.agenda.Wait(master::BatchWriter::kRetry.After(tries));
    if (world_.agenda.now() - storing_since_ >= master::BatchWriter::kAnswerWaitMax) AnswerThatItWaits(batch);
  }
}

void Term::AnswerThatItWaits(master::Batch& batch) {
  for (auto* entries : {&batch.entries, &pending_.entries}) {
    for (auto& entry : *entries) {
      if (auto answer = std::exchange(entry.answer, nullptr))
        answer(Error{Code::kDeadlineExceeded, "state store", "the change is not stored yet"});
    }
  }
}

void Term::Publish() {
  for (const auto& change : storing_) {
    Apply(change, stored_);
    world_.checks.OnStored(*epoch_, change);
  }
  storing_.clear();
}

}  // namespace edm::simulation
