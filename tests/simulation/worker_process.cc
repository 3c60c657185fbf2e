#include "tests/simulation/worker_process.h"

#include "common/model/trial_name.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kUpkeepInterval{1'000};
constexpr Millis kRelistInterval{10'000};
constexpr std::size_t kQuickThreads = 8;
constexpr std::size_t kBuildThreads = 4;
constexpr double kGivenUp = 0.85;  // share of what does not get ready that somebody stops in the same moment

// What is called with the runner's lock in hand takes no time.
class Held {
 public:
  explicit Held(bool& is_held) : is_held_(is_held) { is_held_ = true; }
  ~Held() { is_held_ = false; }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  bool& is_held_;
};

}  // namespace

WorkerProcess::WorkerProcess(World& world, Machine& machine, std::uint64_t start)
    : world_(world),
      machine_(machine),
      engine_({world.agenda, world.dice, machine.engine, machine.clock,
               [&disk = machine.disk](const std::string& directory) {
                 const auto found = disk.checkouts.find(directory);
                 return found == disk.checkouts.end() ? std::string() : found->second;
               }}),
      readiness_({world.agenda, world.dice, machine.engine, machine.clock,
                  [&world](const std::string& instance, Millis left) {
                    if (IsTrial(instance) || !world.dice.Hits(kGivenUp)) return;
                    // The order takes some milliseconds to get here.
                    world.clients.StopIn(instance, left - world.dice.Between(Millis(0), Millis(6)));
                  }}),
      sources_(world.agenda, world.dice, machine.disk,
               [&world, node = machine.node] { return world.AnyMasterIsReached(node); }),
      reader_(world.agenda, world.dice, machine.disk),
      addresses_(machine.engine),
      peer_(world, machine),
      journal_({world.agenda, world.dice, machine.disk, is_held_,
                [&world, &machine](const worker::AttemptRecord* before, const worker::AttemptRecord& now) {
                  world.checks.OnAttempt(machine, before, now);
                },
                [&world, &machine](std::uint32_t epoch) { world.checks.OnEpochSeen(machine, epoch); }}),
      quick_(world.agenda, life_, kQuickThreads),
      builds_(world.agenda, life_, kBuildThreads),
      view_(engine_),
      runner_({engine_, readiness_, sources_, reader_, machine.disk.files, addresses_, peer_, journal_,
               machine.disk.events, machine.clock, quick_, builds_},
              {.worker = machine.id, .public_address = "10.0.0." + std::to_string(machine.node)}, view_),
      session_({peer_, runner_, peer_, addresses_, machine.clock},
               {.id = machine.id,
                .rpc_address = std::to_string(machine.node),
                .public_address = "10.0.0." + std::to_string(machine.node),
                .cores = 4,
                .architecture = "x86_64",
                .version = "start " + std::to_string(start)}) {}

WorkerProcess::~WorkerProcess() {
  world_.agenda.End(life_);
  for (const auto& sender : senders_) sender->Reset();
}

void WorkerProcess::Start() {
  world_.agenda.Spawn(life_, [this] { Boot(); });
}

void WorkerProcess::Boot() {
  world_.agenda.Wait(world_.dice.Between(Millis(20), Millis(200)));
  {
    const Held held(is_held_);
    world_.checks.OnBoot(machine_);
    const auto loaded = runner_.Load();
    if (!loaded.ok()) world_.verdict.Violate("a worker starts", ToString(loaded.error()));
  }
  (void)view_.RefreshAll();
  runner_.Resume();
  is_up_ = true;
  world_.agenda.Spawn(life_, [this] { KeepSession(); });
  world_.agenda.Spawn(life_, [this] { KeepUp(); });
}

void WorkerProcess::KeepSession() {
  while (true) world_.agenda.Wait(session_.Beat());
}

void WorkerProcess::KeepUp() {
  Millis since_listed{0};
  while (true) {
    {
      const Held held(is_held_);
      runner_.Tick();
    }
    since_listed += kUpkeepInterval;
    if (since_listed >= kRelistInterval) {
      since_listed = Millis(0);
      if (const auto everything = view_.RefreshAll(); everything.ok()) runner_.RemoveOrphans(*everything);
    }
    world_.agenda.Wait(kUpkeepInterval);
  }
}

void WorkerProcess::OnAssign(const Order& order, std::uint32_t after, const std::shared_ptr<Stream>& stream) {
  if (!is_up_) return stream->Reset();
  const worker::AttemptKey key{order.instance, order.attempt};
  const Held held(is_held_);
  const auto status = runner_.Assign(order);
  world_.checks.OnOrder(machine_, order, status);
  if (!status.ok()) return stream->Finish(status);
  std::erase_if(senders_, [](const auto& one) { return one->is_over(); });
  senders_.push_back(std::make_shared<Sender>(
      Sender::Parts{world_.agenda, life_, machine_.disk.events, runner_}, stream, key, after));
  senders_.back()->Start();
}

void WorkerProcess::OnCancel(std::uint32_t epoch, const std::string& instance, std::uint32_t attempt,
                             const std::string& reason, const Reply<Unit>& reply) {
  if (!is_up_) return reply(Error{Code::kUnavailable, "worker", "connection refused"});
  const Held held(is_held_);
  reply(runner_.Cancel(epoch, instance, attempt, reason));
}

void WorkerProcess::OnEngineChange(const std::string& project) {
  if (!is_up_) return;
  world_.agenda.Spawn(life_, [this, project] {
    world_.agenda.Wait(world_.dice.Between(Millis(2), Millis(20)));
    (void)view_.Refresh(project);
  });
}

}  // namespace edm::simulation
