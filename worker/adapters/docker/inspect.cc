#include "worker/adapters/docker/inspect.h"

#include <charconv>

#include "common/base/text.h"
#include "common/model/labels.h"
#include "worker/adapters/docker/engine_time.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {
namespace {

using nlohmann::json;

constexpr const char* kDependsOnLabel = "com.docker.compose.depends_on";
constexpr Millis kHealthTimeoutDefault{30'000};     // the engine's own
constexpr const char* kContainerShell = "/bin/sh";  // of an image that names none
constexpr const char* kCommandFollows = "-c";

ContainerState StateOf(const std::string& word) {
  if (word == "running") return ContainerState::kRunning;
  if (word == "paused") return ContainerState::kPaused;
  if (word == "restarting") return ContainerState::kRestarting;
  if (word == "exited") return ContainerState::kExited;
  if (word == "dead") return ContainerState::kDead;
  if (word == "removing") return ContainerState::kRemoving;
  return ContainerState::kCreated;
}

ContainerHealth HealthOf(const std::string& word) {
  if (word == "starting") return ContainerHealth::kStarting;
  if (word == "healthy") return ContainerHealth::kHealthy;
  if (word == "unhealthy") return ContainerHealth::kUnhealthy;
  return ContainerHealth::kNone;
}

std::uint32_t NumberOf(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void ReadLabels(const json& labels, ContainerFacts& facts) {
  facts.instance = TextAt(labels, std::string(kInstanceLabel));
  facts.release = NumberOf(TextAt(labels, std::string(kReleaseLabel)));
  facts.service = TextAt(labels, std::string(kServiceLabel));
  facts.worker = TextAt(labels, std::string(kWorkerLabel));
}

std::string WithoutSlash(const std::string& name) { return name.starts_with('/') ? name.substr(1) : name; }

// Its first address: in compose's networks by name, so that the choice is the same each time.
std::string AddressOf(const json& networks) {
  if (!networks.is_object()) return "";
  for (const auto& [name, network] : networks.items()) {
    if (auto address = TextAt(network, "IPAddress"); !address.empty()) return address;
  }
  return "";
}

std::vector<PublishedPort> PortsOf(const json& bindings) {
  std::vector<PublishedPort> ports;
  if (!bindings.is_object()) return ports;
  for (const auto& [key, hosts] : bindings.items()) {  // "80/tcp"
    const auto slash = key.find('/');
    if (!hosts.is_array()) continue;
    for (const auto& host : hosts) {
      ports.push_back({static_cast<std::uint16_t>(NumberOf(key.substr(0, slash))),
                       slash == std::string::npos ? "tcp" : key.substr(slash + 1), TextAt(host, "HostIp"),
                       static_cast<std::uint16_t>(NumberOf(TextAt(host, "HostPort")))});
    }
  }
  return ports;
}

std::vector<std::string> WordsOf(const json& list) {
  std::vector<std::string> words;
  if (!list.is_array()) return words;
  for (const auto& word : list) words.push_back(word.is_string() ? word.get<std::string>() : "");
  return words;
}

// As the engine itself runs it: CMD-SHELL goes to the container's shell, inside the container.
std::optional<HealthCommand> HealthCommandOf(const json& config) {
  const auto& check = PartAt(config, "Healthcheck");
  const auto words = WordsOf(PartAt(check, "Test"));
  if (words.size() < 2) return std::nullopt;
  HealthCommand command;
  command.timeout = kHealthTimeoutDefault;
  if (const auto nanos = NumberAt(check, "Timeout"); nanos > 0)
    command.timeout = Millis(nanos / kNanosPerMilli);
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  command.shown = Join(rest, " ");
  if (words[0] == "CMD") {
    command.argv = rest;
  } else if (words[0] == "CMD-SHELL") {
    command.argv = WordsOf(PartAt(config, "Shell"));
    if (command.argv.empty()) command.argv = {kContainerShell, kCommandFollows};
    command.argv.push_back(words[1]);
  } else {
    return std::nullopt;
  }
  return command;
}

void ReadState(const json& state, ContainerFacts& facts) {
  facts.state = StateOf(TextAt(state, "Status"));
  facts.exit_code = static_cast<int>(NumberAt(state, "ExitCode"));
  facts.oom_killed = FlagAt(state, "OOMKilled");
  facts.health = HealthOf(TextAt(PartAt(state, "Health"), "Status"));
  if (const auto nanos = ParseEngineTime(TextAt(state, "StartedAt")))
    facts.started_at = WallFromNanos(*nanos);
  if (const auto nanos = ParseEngineTime(TextAt(state, "FinishedAt")))
    facts.finished_at = WallFromNanos(*nanos);
}

// "Exited (137) 3 seconds ago", "Up 2 minutes (healthy)", "Up 1 second (health: starting)".
void ReadStatusLine(const std::string& line, ContainerFacts& facts) {
  const auto open = line.find('(');
  const auto close = line.find(')', open);
  if (open == std::string::npos || close == std::string::npos) return;
  const std::string inside = line.substr(open + 1, close - open - 1);
  if (line.starts_with("Exited") || line.starts_with("Restarting")) {
    facts.exit_code = static_cast<int>(NumberOf(inside));
  } else {
    facts.health = HealthOf(inside.starts_with("health: ") ? inside.substr(8) : inside);
  }
}

}  // namespace

std::vector<Dependency> ParseDependencies(std::string_view label) {
  std::vector<Dependency> all;
  for (const auto& one : Split(label, ',')) {
    const auto parts = Split(Trim(one), ':');
    if (parts.empty() || parts[0].empty()) continue;
    Dependency dependency{Dependency::Condition::kStarted, parts[0]};
    const std::string condition = parts.size() > 1 ? parts[1] : "";
    if (condition == "service_healthy") dependency.condition = Dependency::Condition::kHealthy;
    if (condition == "service_completed_successfully")
      dependency.condition = Dependency::Condition::kCompleted;
    all.push_back(std::move(dependency));
  }
  return all;
}

Inspected ReadInspect(const json& document) {
  Inspected seen;
  auto& facts = seen.facts;
  const auto& config = PartAt(document, "Config");
  const auto& state = PartAt(document, "State");
  facts.id = TextAt(document, "Id");
  facts.name = WithoutSlash(TextAt(document, "Name"));
  facts.image_id = TextAt(document, "Image");
  ReadLabels(PartAt(config, "Labels"), facts);
  ReadState(state, facts);
  facts.restarts = static_cast<std::uint32_t>(NumberAt(document, "RestartCount"));
  facts.address = AddressOf(PartAt(PartAt(document, "NetworkSettings"), "Networks"));
  facts.ports = PortsOf(PartAt(PartAt(document, "HostConfig"), "PortBindings"));
  seen.dependencies = ParseDependencies(TextAt(PartAt(config, "Labels"), kDependsOnLabel));
  seen.health_command = HealthCommandOf(config);
  seen.tty = FlagAt(config, "Tty");
  seen.pid = static_cast<int>(NumberAt(state, "Pid"));
  return seen;
}

ContainerFacts ReadListed(const json& document) {
  ContainerFacts facts;
  facts.id = TextAt(document, "Id");
  if (const auto& names = PartAt(document, "Names");
      names.is_array() && !names.empty() && names[0].is_string()) {
    facts.name = WithoutSlash(names[0].get<std::string>());
  }
  facts.image_id = TextAt(document, "ImageID");
  ReadLabels(PartAt(document, "Labels"), facts);
  facts.state = StateOf(TextAt(document, "State"));
  ReadStatusLine(TextAt(document, "Status"), facts);
  facts.address = AddressOf(PartAt(PartAt(document, "NetworkSettings"), "Networks"));
  return facts;
}

Footprint::Object ReadObject(const json& document, const char* id_key, const char* name_key) {
  const auto& labels = PartAt(document, "Labels");
  return {.id = TextAt(document, id_key),
          .name = TextAt(document, name_key),
          .instance = TextAt(labels, std::string(kInstanceLabel)),
          .release = NumberOf(TextAt(labels, std::string(kReleaseLabel))),
          .worker = TextAt(labels, std::string(kWorkerLabel))};
}

}  // namespace edm::worker
