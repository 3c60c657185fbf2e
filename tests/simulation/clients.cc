#include "tests/simulation/clients.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/model/trial_name.h"
#include "tests/simulation/call.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr int kTriesMax = 40;
constexpr double kAtOnce = 0.3;  // share of orders that come together with another one
constexpr double kTakenBack = 0.1;
// What is under way so shortly, or waits so seldom, that hardly anything comes in between.
constexpr double kStartTakenBack = 0.4;
constexpr double kDeleteTakenBack = 0.35;
constexpr double kStoppedAfterAll = 0.12;  // share of starts that somebody stops before they are done
constexpr double kTakenBackLate = 0.03;
constexpr std::size_t kRecent = 6;  // so many of the last orders may be taken back late
constexpr double kDeletedInTheEnd = 0.9;
constexpr Millis kClientPatience{3'000};

bool IsShort(OperationKind kind) { return kind == OperationKind::kStart || kind == OperationKind::kRestart; }

double ShareTakenBack(OperationKind kind) {
  if (kind == OperationKind::kDelete) return kDeleteTakenBack;
  return IsShort(kind) ? kStartTakenBack : kTakenBack;
}

bool MayHelpLater(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kResourceExhausted;
}

}  // namespace

Clients::Clients(World& world) : world_(world), orders_(world.dice, world.git) {}

Clients::~Clients() { world_.agenda.End(life_); }

void Clients::Spawn(std::function<void()> task) {
  world_.agenda.Spawn(life_, [this, task = std::move(task)] {
    task();
    --waiting_;
  });
}

void Clients::Start(int orders, Millis over) {
  waiting_ = orders;
  auto when = Millis(500);
  for (int i = 0; i < orders; ++i) {
    if (!world_.dice.Hits(kAtOnce)) when = world_.dice.Between(Millis(500), over);
    world_.agenda.After(when, life_, [this] { Spawn([this] { GiveOne(); }); });
  }
}

void Clients::GiveOne() {
  auto& dice = world_.dice;
  if (dice.Hits(kTakenBackLate) && !begun_.empty()) {
    const auto back = dice.Below(std::min(begun_.size(), kRecent));
    return (void)Ask(orders_.Cancel(begun_[begun_.size() - 1 - back]), {});
  }
  const auto instance = orders_.PickInstance();
  const auto kind = orders_.PickKind();
  const auto operation = Order(orders_.Make(kind, instance));
  const bool is_short = IsShort(kind);
  if (!operation.empty() && is_short && dice.Hits(kStoppedAfterAll))
    return StopIn(instance, dice.Between(Millis(30), Millis(500)));
  if (operation.empty() || !dice.Hits(ShareTakenBack(kind))) return;
  // On its heels, for the most part: what a worker does first takes no time.
  world_.agenda.Wait(dice.Between(Millis(0), Millis(dice.Hits(0.6) ? 8 : 1'000)));
  Ask(orders_.Cancel(operation), {});
}

void Clients::Drain(const std::string& worker, Millis time) {
  ++waiting_;
  Spawn([this, worker, time] {
    Ask(orders_.Change(worker, Availability::kEmptying), {.instance = worker});
    world_.agenda.Wait(time);
    Ask(orders_.Change(worker, Availability::kActive), {.instance = worker});
  });
}

void Clients::Press(const Machine& machine) {
  std::vector<std::string> running;
  for (const auto& [project, copy] : machine.engine.copies()) {
    if (copy.lives() && !IsTrial(project)) running.push_back(project);
  }
  if (running.empty()) return;
  ++waiting_;
  Spawn([this, instance = world_.dice.Pick(running)] {
    auto& dice = world_.dice;
    Order(orders_.Make(OperationKind::kStop, instance));
    for (auto more = 2 + dice.Below(3); more > 0; --more) {
      world_.agenda.Wait(dice.Between(Millis(30), Millis(250)));
      Order(orders_.Make(orders_.PickNextKind(), instance));
    }
    if (dice.Hits(kDeletedInTheEnd)) Order(orders_.MakeShort(OperationKind::kDelete, instance));
  });
}

void Clients::StopIn(const std::string& instance, Millis time) {
  ++waiting_;
  world_.agenda.After(time, life_, [this, instance] {
    Spawn([this, instance] { Order(orders_.Make(OperationKind::kStop, instance)); });
  });
}

std::string Clients::Order(const master::Begin& begin) {
  return Ask(begin, {.instance = begin.instance, .kind = begin.kind});
}

std::string Clients::Ask(const master::Command& command, Given given) {
  const auto* begin = std::get_if<master::Begin>(&command);
  for (int tries = 1; tries <= kTriesMax; ++tries) {
    const auto to = asker_.to();
    const auto answer =
        Call<master::Accepted>(world_.agenda, world_.network, {kClients, to}, kClientPatience,
                               [&world = world_, to, command](const Reply<master::Accepted>& reply) {
                                 auto* process = world.MasterAt(to);
                                 if (process == nullptr)
                                   return reply(Error{Code::kUnavailable, "master", "connection refused"});
                                 process->OnCommand(command, reply);
                               });
    if (answer.ok()) {
      world_.verdict.Tell("client", [&] {
        return fmt::format("{} {}: {}", begin ? "begins" : "has", given.instance, answer->operation);
      });
      given.operation = answer->operation;
      if (begin != nullptr) {
        begun_.push_back(answer->operation);
        acknowledged_.push_back(given);
      }
      return answer->operation;
    }
    if (!MayHelpLater(answer.error().code)) return "";
    asker_.Learn(answer.error(), world_.dice);
    world_.agenda.Wait(world_.dice.Between(Millis(100), Millis(600)));
  }
  return "";
}

}  // namespace edm::simulation
