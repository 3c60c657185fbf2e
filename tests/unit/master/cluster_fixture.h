#pragma once

#include <set>
#include <string>
#include <vector>

#include "common/base/version.h"
#include "master/core/decide.h"

namespace edm::master {

// A cluster without I/O: inputs go in, decisions come out, time moves when told.
struct ClusterFixture {
  State state;
  Moment now{WallTime(Millis(1'795'000'000'000)), SteadyTime(Millis(1'000'000))};
  int operations = 0;

  ClusterFixture() { state.started = now.steady; }

  Decision Give(const Command& command) { return Decide(state, command, now); }
  Decision Tell(const Report& report) { return Decide(state, report, now); }

  // Beats of all ready workers, but for the silent ones, keep coming while time passes.
  void Pass(Millis by, bool beating = true, const std::set<std::string>& silent = {}) {
    for (Millis done{0}; done < by; done += Millis(500)) {
      now.wall += Millis(500);
      now.steady += Millis(500);
      if (beating) {
        for (const auto& worker : state.workers.Records()) {
          if (!worker->session.empty() && !silent.contains(worker->facts.id))
            (void)Tell(WorkerBeat{worker->facts.id, worker->session, FreeLoad(), {}});
        }
      }
      (void)Tell(Tick{});
    }
  }

  static Load FreeLoad() {
    return {.cpu = 0.1,
            .memory_total_mib = 64'000,
            .memory_available_mib = 60'000,
            .disk_total_mib = 100'000,
            .disk_free_mib = 90'000,
            .networks_free = 100};
  }

  static std::string AddressOf(const std::string& worker) { return worker + ".example"; }

  void AddWorker(const std::string& id, std::vector<Observation> seen = {}) {
    WorkerFacts facts;
    facts.id = id;
    facts.rpc_address = id + ":8834";
    facts.public_address = AddressOf(id);
    facts.engine.id = "engine of " + id;
    (void)Tell(WorkerRegistered{facts, kProtocolNewest, "session-" + id, std::move(seen)});
    (void)Tell(WorkerBeat{id, "session-" + id, FreeLoad(), {}});
  }

  void AddInstance(const std::string& id) {
    CreateInstance create;
    create.instance.id = id;
    create.instance.owner = "default";
    create.instance.project = id;
    (void)Give(create);
  }

  Begin Asking(OperationKind kind, const std::string& instance = "shop") {
    Begin begin;
    begin.kind = kind;
    begin.instance = instance;
    begin.operation = "op-" + std::to_string(++operations);
    begin.origin.actor = "ann";
    return begin;
  }

  static Source Uploaded(const std::string& commit = std::string(40, 'a')) {
    return {.kind = SourceKind::kUpload, .commit = commit, .branch = "main"};
  }

  // A deploy of an upload, up to its order. Returns the operation's id.
  std::string DeployToOrder(const std::string& instance = "shop") {
    auto begin = Asking(OperationKind::kDeploy, instance);
    begin.upload = Source{.kind = SourceKind::kUpload};
    const auto id = begin.operation;
    (void)Give(begin);
    (void)Tell(SourceTaken{id, Uploaded()});
    return id;
  }

  Decision Event(const std::string& operation, std::uint32_t cursor, decltype(AttemptEvent::what) what) {
    return Tell(AttemptReported{operation, Op(operation).attempt, {cursor, now.wall, std::move(what)}});
  }

  Decision End(const std::string& operation, Phase phase, std::uint32_t running = 0,
               std::optional<Error> failure = {}) {
    AttemptEnd end;
    end.phase = phase;
    end.running_release = running;
    end.failure = std::move(failure);
    if (running != 0) end.endpoints = {{.service = "web", .port = 30'080, .url = "http://10.0.0.1:30080"}};
    return Event(operation, 100, end);
  }

  // `shop`, deployed and running on a worker that is there.
  void RunShop(bool singleton) {
    CreateInstance create;
    create.instance.id = "shop";
    create.instance.owner = "default";
    create.instance.project = "shop";
    create.instance.spec.requirements.singleton = singleton;
    (void)Give(create);
    (void)DeployToRunning();
  }

  // A deploy that ended well.
  std::string DeployToRunning(const std::string& instance = "shop") {
    const auto id = DeployToOrder(instance);
    const auto release = Op(id).operation.release;
    (void)Event(id, 1, Built{{{"web", "sha256:1"}}, "", {}});
    (void)End(id, Phase::kRunning, release);
    return id;
  }

  const OperationRecord& Op(const std::string& id) const { return *state.operations.Find(id); }
  const InstanceRecord& Inst(const std::string& id = "shop") const { return *state.instances.Find(id); }
  OperationState StateOf(const std::string& id) const { return Op(id).operation.state; }
};

template <class Kind>
const Kind* EffectOf(const Decision& decision) {
  for (const auto& effect : decision.effects) {
    if (const auto* found = std::get_if<Kind>(&effect)) return found;
  }
  return nullptr;
}

}  // namespace edm::master
