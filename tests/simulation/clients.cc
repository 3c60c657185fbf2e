#include "tests/simulation/clients.h"

#include <fmt/format.h>

#include "tests/simulation/call.h"
#include "tests/simulation/recipe.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr int kInstances = 24;
constexpr int kTriesMax = 40;
constexpr double kAtOnce = 0.3;  // share of orders that come together with another one
constexpr Millis kClientPatience{3'000};
constexpr const char* kOwner = "someone";

bool MayHelpLater(Code code) {
  return code == Code::kUnavailable || code == Code::kDeadlineExceeded || code == Code::kResourceExhausted;
}

}  // namespace

Clients::~Clients() { world_.agenda.End(life_); }

void Clients::Start(int orders, Millis over) {
  waiting_ = orders;
  auto when = Millis(500);
  for (int i = 0; i < orders; ++i) {
    if (!world_.dice.Hits(kAtOnce)) when = world_.dice.Between(Millis(500), over);
    world_.agenda.After(when, life_, [this] { world_.agenda.Spawn(life_, [this] { GiveOne(); }); });
  }
}

OperationKind Clients::PickKind() {
  const auto throws = world_.dice.Below(100);
  if (throws < 43) return OperationKind::kDeploy;
  if (throws < 48) return OperationKind::kMove;
  if (throws < 57) return OperationKind::kStart;
  if (throws < 68) return OperationKind::kStop;
  if (throws < 75) return OperationKind::kRestart;
  if (throws < 83) return OperationKind::kRollback;
  if (throws < 88) return OperationKind::kBuild;
  return OperationKind::kDelete;
}

master::Origin Clients::MakeOrigin() {
  const auto id = "request-" + std::to_string(++requests_);
  return {.actor = "somebody", .token_id = "t", .request_id = id, .request_key = id, .request_digest = id};
}

master::Begin Clients::MakeBegin(OperationKind kind, const std::string& instance) {
  master::Begin begin{.origin = MakeOrigin(), .instance = instance, .kind = kind};
  if (kind == OperationKind::kDeploy) GiveSource(begin);
  if (kind == OperationKind::kBuild) begin.until = master::Until::kBuilt;
  return begin;
}

// An upload, a push or a URL, with a commit that nobody had before.
void Clients::GiveSource(master::Begin& begin) {
  const auto commit = MakeCommit(world_.dice);
  const auto way = world_.dice.Below(10);
  const auto repo = world_.git.repos.find({kOwner, begin.instance});
  if (way < 2 && repo != world_.git.repos.end() && !repo->second.branches["main"].empty()) {
    begin.push = master::PendingPush{"main", repo->second.branches["main"], commit};
    return;
  }
  Instance made{.id = begin.instance, .owner = kOwner, .project = "project"};
  made.spec.memory_mib = MemoryOf(begin.instance);
  made.spec.requirements.singleton = IsSingleton(begin.instance);
  begin.create = made;
  if (way < 5) {
    begin.upload = Source{.kind = SourceKind::kUpload, .branch = "main", .digest = commit};
  } else {
    begin.git_url = "https://elsewhere.example/" + commit;
  }
}

void Clients::GiveOne() {
  if (world_.dice.Hits(0.04) && !begun_.empty()) {
    const auto& id = world_.dice.Pick(begun_);
    Ask(master::CancelOperation{MakeOrigin(), id}, {});
    --waiting_;
    return;
  }
  const auto instance = "i" + std::to_string(world_.dice.Below(kInstances));
  const auto kind = PickKind();
  Ask(MakeBegin(kind, instance), {.instance = instance, .kind = kind});
  --waiting_;
}

void Clients::Drain(const std::string& worker, Millis time) {
  ++waiting_;
  world_.agenda.Spawn(life_, [this, worker, time] {
    Ask(master::ChangeWorker{MakeOrigin(), worker, Availability::kEmptying}, {.instance = worker});
    world_.agenda.Wait(time);
    Ask(master::ChangeWorker{MakeOrigin(), worker, Availability::kActive}, {.instance = worker});
    --waiting_;
  });
}

void Clients::Ask(const master::Command& command, Given given) {
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
      break;
    }
    if (!MayHelpLater(answer.error().code)) break;
    asker_.Learn(answer.error(), world_.dice);
    world_.agenda.Wait(world_.dice.Between(Millis(100), Millis(600)));
  }
}

}  // namespace edm::simulation
