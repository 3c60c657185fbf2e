#include "tests/simulation/engine.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/model/labels.h"

namespace edm::simulation {
namespace {

using worker::ContainerFacts;
using worker::ContainerState;

void End(ContainerFacts& facts, int exit_code, WallTime now) {
  if (facts.state == ContainerState::kExited) return;
  facts.state = ContainerState::kExited;
  facts.exit_code = exit_code;
  facts.finished_at = now;
}

std::string Text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::set<std::uint16_t> PortsIn(const nlohmann::json& services) {
  std::set<std::uint16_t> ports;
  for (const auto& service : services) {
    for (const auto& port : service.value("ports", nlohmann::json::array()))
      ports.insert(static_cast<std::uint16_t>(std::stoul(Text(port, "published"))));
  }
  return ports;
}

}  // namespace

bool Copy::lives() const {
  return std::any_of(containers.begin(), containers.end(),
                     [](const auto& one) { return one.second.state == ContainerState::kRunning; });
}

Status Engine::CheckPorts(const std::string& project, const std::set<std::uint16_t>& ports) const {
  for (const auto& [other, copy] : copies_) {
    if (other == project || !copy.lives()) continue;
    for (const auto port : ports) {
      if (!copy.ports.contains(port)) continue;
      on_clash(project, other);
      return Error{Code::kFailedPrecondition, "port " + std::to_string(port), other + " has it"};
    }
  }
  return Ok();
}

Status Engine::Create(const std::string& project, const std::string& compose_json, WallTime now) {
  const auto document = nlohmann::json::parse(compose_json);
  const auto& services = document.at("services");
  const auto ports = PortsIn(services);
  EDM_CHECK(CheckPorts(project, ports));
  auto& copy = copies_[project];
  copy.ports = ports;
  copy.memory_mib = document.value("x-memory", 0U);
  std::map<std::string, ContainerFacts> kept;
  for (const auto& [service, spec] : services.items()) {
    ContainerFacts wanted{.name = spec.value("container_name", project + "." + service + ".1"),
                          .instance = project,
                          .service = service,
                          .worker = worker_};
    const auto& labels = spec.at("labels");
    wanted.release = static_cast<std::uint32_t>(std::stoul(Text(labels, kReleaseLabel.data())));
    const auto* image = FindImage(Text(spec, "image"));
    if (image == nullptr)
      return Error{Code::kFailedPrecondition, "image " + Text(spec, "image"), "there is none"};
    wanted.image_id = image->id;
    const auto there = copy.containers.find(service);
    const bool same = there != copy.containers.end() && there->second.release == wanted.release &&
                      there->second.image_id == wanted.image_id;
    if (same) wanted = there->second;
    if (!same) {
      wanted.id = NextId();
      copy.commits[service] = image->commit;
    }
    kept[service] = std::move(wanted);
  }
  copy.containers = std::move(kept);
  copy.has_network = true;
  const auto volumes = document.find("volumes");
  if (volumes != document.end() && volumes->is_object()) {
    for (const auto& [name, spec] : volumes->items()) {
      if (!spec.value("external", false)) copy.volumes.insert(spec.value("name", name));
    }
  }
  (void)now;
  on_change(project);
  return Ok();
}

Status Engine::Start(const std::string& project, WallTime now) {
  const auto found = copies_.find(project);
  if (found == copies_.end() || found->second.containers.empty())
    return Error{Code::kNotFound, "containers of " + project, "there are none"};
  EDM_CHECK(CheckPorts(project, found->second.ports));
  for (auto& [service, facts] : found->second.containers) {
    if (facts.state == ContainerState::kRunning) continue;
    facts.state = ContainerState::kRunning;
    facts.started_at = now;
    facts.exit_code = 0;
  }
  on_change(project);
  return Ok();
}

void Engine::Stop(const std::string& project, const std::set<std::string>& sparing, WallTime now) {
  const auto found = copies_.find(project);
  if (found == copies_.end()) return;
  for (auto& [service, facts] : found->second.containers) {
    if (!sparing.contains(service)) End(facts, 143, now);
  }
  on_change(project);
}

void Engine::Remove(const std::string& project, bool keep_volumes) {
  const auto found = copies_.find(project);
  if (found == copies_.end()) return;
  found->second.containers.clear();
  found->second.has_network = false;
  if (!keep_volumes) found->second.volumes.clear();
  if (found->second.is_empty()) copies_.erase(found);
  on_change(project);
}

void Engine::AddImage(EngineImage image) {
  if (image.id.empty()) image.id = NextId();
  const auto tag = image.tag;
  images_[tag] = std::move(image);
}

void Engine::RemoveImage(const std::string& id_or_tag) {
  const auto* image = FindImage(id_or_tag);
  if (image == nullptr) return;
  for (const auto& [project, copy] : copies_) {
    for (const auto& [service, facts] : copy.containers) {
      if (facts.image_id == image->id) return;
    }
  }
  images_.erase(image->tag);
}

const EngineImage* Engine::FindImage(const std::string& id_or_tag) const {
  const auto found = images_.find(id_or_tag);
  if (found != images_.end()) return &found->second;
  for (const auto& [tag, image] : images_) {
    if (image.id == id_or_tag) return &image;
  }
  return nullptr;
}

void Engine::Kill(const std::string& project, WallTime now) {
  const auto found = copies_.find(project);
  if (found == copies_.end()) return;
  for (auto& [service, facts] : found->second.containers) End(facts, 1, now);
  on_change(project);
}

void Engine::StopAll(WallTime now) {
  for (auto& [project, copy] : copies_) {
    for (auto& [service, facts] : copy.containers) End(facts, 255, now);
    on_change(project);
  }
}

const Copy* Engine::Find(const std::string& project) const {
  const auto found = copies_.find(project);
  return found == copies_.end() ? nullptr : &found->second;
}

std::uint32_t Engine::memory_used_mib() const {
  std::uint32_t used = 0;
  for (const auto& [project, copy] : copies_) used += copy.lives() ? copy.memory_mib : 0;
  return used;
}

std::vector<ContainerFacts> Engine::ContainersOf(const std::string& project) const {
  std::vector<ContainerFacts> all;
  if (const auto* copy = Find(project)) {
    for (const auto& [service, facts] : copy->containers) all.push_back(facts);
  }
  return all;
}

worker::Footprint Engine::Everything() const {
  worker::Footprint all;
  for (const auto& [project, copy] : copies_) {
    for (const auto& [service, facts] : copy.containers) all.containers.push_back(facts);
    if (copy.has_network)
      all.networks.push_back({.name = project + "_default", .instance = project, .worker = worker_});
    for (const auto& volume : copy.volumes)
      all.volumes.push_back({.name = volume, .instance = project, .worker = worker_});
  }
  for (const auto& [tag, image] : images_) {
    all.images.push_back({.id = image.id,
                          .name = tag,
                          .instance = image.instance,
                          .release = image.release,
                          .worker = worker_});
  }
  return all;
}

}  // namespace edm::simulation
