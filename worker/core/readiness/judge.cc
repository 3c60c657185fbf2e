#include "worker/core/readiness/judge.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/core/readiness/describe.h"

namespace edm::worker {
namespace {

using State = ServiceVerdict::State;

// A timeout: "60 s" and not "1 min 0 s".
std::string AsGiven(Millis duration) {
  const auto whole = std::chrono::duration_cast<Seconds>(duration);
  return whole == duration ? std::to_string(whole.count()) + " s" : FormatDuration(duration);
}

ServiceVerdict Wait(const ContainerSeen* container, std::string why) {
  return {State::kWaiting, std::move(why), "", Health::kStarting, container};
}

ServiceVerdict Fail(const ContainerSeen& container, std::string why, std::string hint) {
  return {State::kFailed, std::move(why), std::move(hint), Health::kUnhealthy, &container};
}

ServiceVerdict Done(const ContainerSeen& container, std::string text, Health health) {
  return {State::kReady, std::move(text), "", health, &container};
}

ServiceVerdict JudgeOneShot(const ContainerSeen& container, const std::string& service) {
  const auto& facts = container.facts;
  if (facts.state == ContainerState::kExited && facts.exit_code == 0 && !facts.oom_killed) {
    return Done(container, "exit 0", Health::kUnknown);
  }
  if (facts.state == ContainerState::kExited || facts.state == ContainerState::kDead) {
    return Fail(container, DescribeExit(facts), HintForExit(facts, service));
  }
  if (facts.restarts > kRestartsForgivenMax) {
    return Fail(container, "is a one-shot that keeps restarting; it " + DescribeExit(facts),
                "set restart: \"no\" or on-failure for it");
  }
  return Wait(&container, "has not ended yet");
}

// The part before any check: whether it runs, and for long enough. Ready means that checks decide.
ServiceVerdict JudgeRunning(const ContainerSeen& container, const std::string& service) {
  const auto& facts = container.facts;
  switch (facts.state) {
    case ContainerState::kExited:
    case ContainerState::kDead:
      return Fail(container, DescribeExit(facts), HintForExit(facts, service));
    case ContainerState::kRestarting:
    case ContainerState::kRunning:
      if (facts.oom_killed && facts.restarts > 0) {
        return Fail(container, "was killed, out of memory", HintForExit(facts, service));
      }
      if (facts.restarts > kRestartsForgivenMax) {
        return Fail(container, "keeps restarting; it " + DescribeExit(facts), HintForExit(facts, service));
      }
      if (facts.state == ContainerState::kRestarting)
        return Wait(&container, "restarts; it " + DescribeExit(facts));
      break;
    case ContainerState::kCreated:
      return Wait(&container, "has not started yet");
    case ContainerState::kPaused:
      return Wait(&container, "is paused");
    case ContainerState::kRemoving:
      return Wait(&container, "is being removed");
  }
  if (container.running_for < WindowOf(container)) return Wait(&container, "has just started");
  return Done(container, "running", Health::kHealthy);
}

ServiceVerdict JudgePorts(const ContainerSeen& container) {
  for (const auto& port : container.ports) {
    if (port.accepts) continue;
    auto verdict = Wait(&container, "nothing listens on " + std::to_string(port.port));
    for (const auto& open : container.listening) {
      const std::string number = std::to_string(open.port);
      if (open.port == port.port && open.loopback_only) {
        verdict.text = "it listens on 127.0.0.1:" + number + " only";
        verdict.hint = "make it listen on 0.0.0.0:" + number;
        return verdict;
      }
    }
    for (const auto& open : container.listening) {
      const std::string number = std::to_string(open.port);
      if (open.loopback_only || !verdict.hint.empty()) continue;
      verdict.hint = "set PORT=" + std::to_string(port.port) + ", or " + number +
                     " under ports: (health.port: " + number + " in edm.yaml)";
    }
    if (verdict.hint.empty())
      verdict.hint = "see whether its program listens on 0.0.0.0:" + std::to_string(port.port);
    return verdict;
  }
  return Done(container, "running", Health::kHealthy);
}

ServiceVerdict JudgeHealth(const ContainerSeen& container) {
  const bool engine_is_green = container.facts.health == ContainerHealth::kHealthy;
  const bool has_check = container.facts.health != ContainerHealth::kNone;
  const bool ours_is_green = container.health && container.health->passed;
  if (has_check && !engine_is_green && !ours_is_green) {
    // The engine's own verdict counts its retries and the start period, so it is final.
    if (container.facts.health == ContainerHealth::kUnhealthy) {
      return Fail(container, "unhealthy", "run its healthcheck by hand: edmctl exec");
    }
    auto verdict = Wait(&container, "its healthcheck has not passed yet");
    verdict.hint =
        "see why its healthcheck fails; a slow start wants a longer --timeout or health.time in edm.yaml";
    return verdict;
  }
  if (container.http && !container.http->passed) {
    auto verdict = Wait(
        &container, container.http->what + " does not answer 2xx or 3xx (" + container.http->outcome + ")");
    verdict.hint = "mend the path, or set health.path in edm.yaml to one that answers";
    return verdict;
  }
  return Done(container, has_check || container.http ? "healthy" : "running", Health::kHealthy);
}

ServiceVerdict JudgeContainer(const WantedService& wanted, const ContainerSeen& container) {
  if (wanted.one_shot) return JudgeOneShot(container, wanted.service);
  auto running = JudgeRunning(container, wanted.service);
  if (running.state == State::kFailed) return running;
  // A check that fails says more than "has just started".
  const bool runs = container.facts.state == ContainerState::kRunning;
  if (!runs) return running;
  for (auto verdict : {JudgePorts(container), JudgeHealth(container)}) {
    if (verdict.state != State::kReady) return verdict;
  }
  return running.state == State::kReady ? JudgeHealth(container) : running;
}

Error AsError(const ReadyRequest& wanted, const std::string& service, const ServiceVerdict& verdict,
              Code code, std::string cause) {
  Error error{code, wanted.instance + "/" + service, std::move(cause), {}, verdict.hint};
  if (verdict.container != nullptr) error.evidence = Evidence(*verdict.container);
  if (error.hint.empty()) error.hint = "see its last lines; edmctl logs shows all of them";
  return error;
}

}  // namespace

Millis WindowOf(const ContainerSeen& container) {
  const bool has_check = container.facts.health != ContainerHealth::kNone || container.http;
  return has_check || !container.ports.empty() ? kServingWindow : kStableWindow;
}

ServiceVerdict JudgeService(const WantedService& wanted, const Seen& seen) {
  ServiceVerdict worst;
  bool any = false;
  for (const auto& container : seen.containers) {
    if (container.facts.service != wanted.service) continue;
    auto verdict = JudgeContainer(wanted, container);
    const bool worse = !any || verdict.state == State::kFailed ||
                       (verdict.state == State::kWaiting && worst.state == State::kReady);
    if (worse && !(any && worst.state == State::kFailed)) worst = std::move(verdict);
    any = true;
  }
  if (!any) return Wait(nullptr, "has no container yet");
  return worst;
}

Verdict Judge(const ReadyRequest& wanted, const Seen& seen) {
  Ready ready;
  std::optional<Waiting> waiting;
  std::optional<Error> at_timeout;
  for (const auto& service : wanted.services) {
    const auto verdict = JudgeService(service, seen);
    if (verdict.state == State::kFailed) {
      return Failed{AsError(wanted, service.service, verdict, Code::kFailedPrecondition, verdict.text)};
    }
    if (verdict.state == State::kReady) {
      ready.report.services.push_back({service.service, verdict.text, verdict.health});
      continue;
    }
    // A service that waits for nothing but its dependency is the less interesting one.
    const bool tells_more = !waiting || (verdict.container != nullptr && !verdict.hint.empty() &&
                                         at_timeout && at_timeout->evidence.empty());
    if (!tells_more) continue;
    waiting = Waiting{service.service, verdict.text};
    at_timeout = AsError(wanted, service.service, verdict, Code::kDeadlineExceeded,
                         (service.one_shot ? "not done in " : "not healthy in ") + AsGiven(wanted.timeout) +
                             ": " + verdict.text);
  }
  if (!waiting) {
    ready.report.took = seen.since_start;
    return ready;
  }
  if (seen.since_start >= wanted.timeout) return Failed{std::move(*at_timeout)};
  return std::move(*waiting);
}

}  // namespace edm::worker
