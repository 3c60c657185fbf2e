#include "tests/simulation/master_link.h"

#include "tests/simulation/call.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/world.h"

namespace edm::simulation {
namespace {

constexpr Millis kWorkerPatience{1'500};

// Asks the master that the worker takes for the leader; nobody listens there: refused at once.
template <class Answer>
Result<Answer> AskLeader(World& world, Asker& asker, Node from,
                         std::function<void(MasterProcess&, Reply<Answer>)> ask) {
  const auto to = asker.to();
  auto answer = Call<Answer>(world.agenda, world.network, {from, to}, kWorkerPatience,
                             [&world, to, ask](const Reply<Answer>& reply) {
                               auto* process = world.MasterAt(to);
                               if (process == nullptr)
                                 return reply(Error{Code::kUnavailable, "connection", "refused"});
                               ask(*process, reply);
                             });
  if (!answer.ok()) asker.Learn(answer.error(), world.dice);
  return answer;
}

}  // namespace

std::string MasterPeer::machine_address() const { return "10.0.0." + std::to_string(machine_.node); }

Result<worker::Registration> MasterPeer::Register(const WorkerFacts& facts,
                                                  const std::vector<Observation>& observations) {
  return AskLeader<worker::Registration>(
      world_, asker_, machine_.node,
      [facts, observations](MasterProcess& master, const Reply<worker::Registration>& reply) {
        master.OnRegister(facts, observations, reply);
      });
}

Result<worker::BeatAnswer> MasterPeer::Heartbeat(const std::string& session, const Load& load,
                                                 const std::vector<Observation>& changed,
                                                 const std::vector<std::string>& unsure) {
  master::WorkerBeat beat{machine_.id, session, load, changed};
  return AskLeader<worker::BeatAnswer>(
      world_, asker_, machine_.node,
      [beat, unsure](MasterProcess& master, const Reply<worker::BeatAnswer>& reply) {
        master.OnBeat(beat, unsure, reply);
      });
}

Status MasterPeer::Publish(const std::string& instance, const std::string& address) {
  master::AddressPublished published{machine_.id, instance, address};
  return AskLeader<Unit>(
      world_, asker_, machine_.node,
      [published](MasterProcess& master, const Reply<Unit>& reply) { master.OnReport(published, reply); });
}

Load MasterPeer::Sample() {
  const auto used = std::min(machine_.engine.memory_used_mib(), machine_.memory_mib);
  const double cpu = static_cast<double>(world_.dice.Below(40)) / 100;
  return {.cpu = cpu,
          .cpu_lasting = cpu / 2,
          .memory_total_mib = machine_.memory_mib,
          .memory_available_mib = machine_.memory_mib - used,
          .disk_total_mib = 50'000,
          .disk_free_mib = 40'000,
          .sampled_at = machine_.clock.Now()};
}

}  // namespace edm::simulation
