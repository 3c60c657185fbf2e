#include "tests/simulation/master_process.h"

#include <fmt/format.h>

#include <utility>

#include "tests/simulation/master_machine.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kForEver = std::chrono::hours(24);

}  // namespace

MasterProcess::MasterProcess(World& world, MasterMachine& machine)
    : world_(world),
      machine_(machine),
      lock_path_({world.agenda, world.dice, world.network, world.store, machine.node}),
      lock_(lock_path_, World::kLeaderTtl),
      election_({.lock = lock_,
                 .clock = machine.clock,
                 .record = std::to_string(machine.node),
                 .ttl = World::kLeaderTtl,
                 .on_won =
                     [this] {
                       wants_ = true;
                       Post();
                     },
                 .on_lost =
                     [this](Error why) {
                       wants_ = false;
                       lost_ = std::move(why);
                       Post();
                     },
                 .on_holder =
                     [this](const std::optional<LockHolder>& holder) {
                       leader_ = holder && !holder->ours ? holder->record : "";
                     }}) {}

MasterProcess::~MasterProcess() { world_.agenda.End(life_); }

void MasterProcess::Start() {
  world_.agenda.Spawn(life_, [this] { Campaign(); });
  world_.agenda.Spawn(life_, [this] { KeepSeat(); });
}

void MasterProcess::Campaign() {
  world_.agenda.Wait(world_.dice.Between(Millis(20), Millis(150)));
  while (true) world_.agenda.Wait(election_.Turn());
}

void MasterProcess::Post() {
  if (wake_seat_) std::exchange(wake_seat_, nullptr)();
}

void MasterProcess::KeepSeat() {
  while (true) {
    const bool is_due = wants_ != (term_ != nullptr) || (term_ && lost_);
    if (!is_due) {
      world_.agenda.Wait(kForEver, {}, [this](Agenda::Wake wake) { wake_seat_ = std::move(wake); });
      continue;
    }
    const auto why = std::exchange(lost_, std::nullopt);
    // Lost and won again before this looked: that term is over all the same.
    if (term_) {
      StepDown(why.value_or(DoesNotLead()));
    } else {
      Lead();
    }
  }
}

void MasterProcess::Lead() {
  auto term = Term::Begin({world_, machine_, life_, [this](Error why) { election_.Lose(std::move(why)); },
                           [this] { return election_.is_sure(); }});
  if (!term.ok()) {
    if (term.error().code == Code::kDataLoss)
      world_.verdict.Violate("a master can lead", ToString(term.error()));
    wants_ = false;
    return election_.Resign(term.error());
  }
  term_ = std::move(term).value();
  leader_.clear();
}

void MasterProcess::StepDown(const Error& why) {
  world_.verdict.Tell("master",
                      [&] { return fmt::format("{} leads no more: {}", machine_.node, why.cause); });
  past_.push_back(std::move(term_));
  past_.back()->GiveUp(DoesNotLead());
}

Error MasterProcess::DoesNotLead() const {
  return {Code::kUnavailable, "master", "it does not lead", {}, leader_};
}

void MasterProcess::OnCommand(const master::Command& command, const Reply<master::Accepted>& reply) {
  term_ ? term_->OnCommand(command, reply) : reply(DoesNotLead());
}

void MasterProcess::OnReport(const master::Report& report, const Reply<Unit>& reply) {
  term_ ? term_->OnReport(report, reply) : reply(DoesNotLead());
}

void MasterProcess::OnBeat(const master::WorkerBeat& beat, const std::vector<std::string>& unsure,
                           const Reply<worker::BeatAnswer>& reply) {
  term_ ? term_->OnBeat(beat, unsure, reply) : reply(DoesNotLead());
}

void MasterProcess::OnRegister(const WorkerFacts& facts, const std::vector<Observation>& observations,
                               const Reply<worker::Registration>& reply) {
  term_ ? term_->OnRegister(facts, observations, reply) : reply(DoesNotLead());
}

}  // namespace edm::simulation
