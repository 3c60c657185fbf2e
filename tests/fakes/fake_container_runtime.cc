#include "tests/fakes/fake_container_runtime.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/model/labels.h"

namespace edm::worker {
namespace {

constexpr Millis kTick{5};

Error Away() {
  return {Code::kUnavailable, "container engine", "it does not answer", {}, "see whether the engine runs"};
}

Error NotFound(const std::string& object) { return {Code::kNotFound, object, "there is none"}; }

Error Cancelled(const std::string& object) { return {Code::kCancelled, object, "cancelled"}; }

WallTime Now() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }

std::string Text(const nlohmann::json& object, const std::string& key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint32_t ReleaseOf(const std::string& text) {
  return text.empty() ? 0 : static_cast<std::uint32_t>(std::stoul(text));
}

// Gives back what was written to it.
class EchoSession final : public ExecSession {
 public:
  Result<Chunk> Read() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return Chunk{};
    Chunk chunk{ExecOutput::kStdout, std::move(waiting_.front())};
    waiting_.pop_front();
    return chunk;
  }
  Status Write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (!bytes.empty()) waiting_.emplace_back(bytes);
    changed_.notify_all();
    return Ok();
  }
  Status CloseInput() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    return Ok();
  }
  Status Resize(std::uint16_t, std::uint16_t) override { return Ok(); }
  Result<int> ExitCode() override { return 0; }
  void Interrupt() override { [[maybe_unused]] const auto closed = CloseInput(); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool closed_ = false;
};

}  // namespace

void FakeContainerRuntime::Fail(const std::string& call, Error error, int times, const std::string& about) {
  const std::lock_guard lock(mutex_);
  scripts_.push_back({call, about, std::move(error), times, false});
}

void FakeContainerRuntime::FailAfter(const std::string& call, Error error, int times,
                                     const std::string& about) {
  const std::lock_guard lock(mutex_);
  scripts_.push_back({call, about, std::move(error), times, true});
}

void FakeContainerRuntime::Delay(const std::string& call, Millis lasts) {
  const std::lock_guard lock(mutex_);
  delays_[call] = lasts;
}

void FakeContainerRuntime::BuildPrints(const std::string& service, std::vector<std::string> lines) {
  const std::lock_guard lock(mutex_);
  build_lines_[service] = std::move(lines);
}

void FakeContainerRuntime::Behaves(const std::string& service, ContainerState state, ContainerHealth health,
                                   int exit_code) {
  const std::lock_guard lock(mutex_);
  auto& behaviour = behaviours_[service];
  behaviour.state = state;
  behaviour.health = health;
  behaviour.exit_code = exit_code;
}

void FakeContainerRuntime::Listens(const std::string& service, std::vector<ListeningPort> ports) {
  const std::lock_guard lock(mutex_);
  behaviours_[service].ports = std::move(ports);
}

void FakeContainerRuntime::Prints(const std::string& service, std::vector<std::string> lines) {
  const std::lock_guard lock(mutex_);
  behaviours_[service].lines = std::move(lines);
}

void FakeContainerRuntime::AddForeignProject(const std::string& name) {
  const std::lock_guard lock(mutex_);
  foreign_.insert(name);
}

void FakeContainerRuntime::Kill(const std::string& instance, const std::string& service, int exit_code) {
  const std::lock_guard lock(mutex_);
  for (auto& container : containers_) {
    if (container.instance != instance || container.service != service) continue;
    container.state = ContainerState::kExited;
    container.exit_code = exit_code;
    container.address.clear();
    container.finished_at = Now();
  }
  Changed(instance);
}

void FakeContainerRuntime::Lose(const std::string& instance, const std::string& service) {
  const Lock lock(mutex_);
  std::erase_if(containers_,
                [&](const auto& one) { return one.instance == instance && one.service == service; });
  Changed(instance);
}

void FakeContainerRuntime::SetHealth(const std::string& instance, const std::string& service,
                                     ContainerHealth health) {
  const std::lock_guard lock(mutex_);
  for (auto& container : containers_) {
    if (container.instance == instance && container.service == service) container.health = health;
  }
  Changed(instance);
}

void FakeContainerRuntime::SetAway(bool away) {
  const std::lock_guard lock(mutex_);
  away_ = away;
  changed_.notify_all();
}

std::vector<std::string> FakeContainerRuntime::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

bool FakeContainerRuntime::is_empty() const {
  const std::lock_guard lock(mutex_);
  return containers_.empty() && networks_.empty() && volumes_.empty() && images_.empty();
}

std::optional<Error> FakeContainerRuntime::Scripted(const std::string& call, const std::string& about,
                                                    bool after) {
  for (auto script = scripts_.begin(); script != scripts_.end(); ++script) {
    const bool meant =
        script->call == call && script->after == after && (script->about.empty() || script->about == about);
    if (!meant) continue;
    Error error = script->error;
    if (script->times > 0 && --script->times == 0) scripts_.erase(script);
    return error;
  }
  return std::nullopt;
}

Status FakeContainerRuntime::Begin(Lock& lock, const std::string& call, const std::string& about,
                                   std::stop_token stop) {
  calls_.push_back(about.empty() ? call : call + " " + about);
  if (away_) return Away();
  if (const auto delay = delays_.find(call); delay != delays_.end()) {
    const auto until = std::chrono::steady_clock::now() + delay->second;
    while (std::chrono::steady_clock::now() < until && !stop.stop_requested()) {
      changed_.wait_for(lock, stop, kTick, [] { return false; });
    }
  }
  if (stop.stop_requested()) return Cancelled(about);
  if (auto error = Scripted(call, about, false)) return std::move(*error);
  return Ok();
}

Status FakeContainerRuntime::End(const std::string& call, const std::string& about) {
  if (auto error = Scripted(call, about, true)) return std::move(*error);
  return Ok();
}

std::string FakeContainerRuntime::NextId() { return "fake" + std::to_string(++made_); }

ContainerFacts* FakeContainerRuntime::Find(const std::string& container_id) {
  for (auto& container : containers_) {
    if (container.id == container_id) return &container;
  }
  return nullptr;
}

FakeContainerRuntime::Image* FakeContainerRuntime::FindImage(const std::string& id_or_tag) {
  for (auto& image : images_) {
    if (image.id == id_or_tag || image.tags.contains(id_or_tag)) return &image;
  }
  return nullptr;
}

void FakeContainerRuntime::Changed(const std::string& instance) {
  changes_.push_back(instance);
  changed_.notify_all();
}

void FakeContainerRuntime::StartContainer(ContainerFacts& container) {
  const auto& behaviour = behaviours_[container.service];
  container.state = behaviour.state;
  container.health = behaviour.health;
  container.exit_code = behaviour.exit_code;
  container.restarts = behaviour.state == ContainerState::kRestarting ? 3 : 0;
  container.started_at = Now();
  if (behaviour.state == ContainerState::kRunning) {
    container.address = "10.201.0." + std::to_string(2 + made_ % 250);
  }
}

Status FakeContainerRuntime::Ping() {
  Lock lock(mutex_);
  return Begin(lock, "Ping", "");
}

Result<BuiltImage> FakeContainerRuntime::Build(const BuildRequest& request, const LineSink& on_line,
                                               std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Build", request.tag, stop));
  const auto dockerfile = std::filesystem::path(request.context_directory) / request.dockerfile;
  if (request.dockerfile_inline.empty() && !std::filesystem::exists(dockerfile)) {
    return Error{Code::kFailedPrecondition,
                 "build of " + request.service,
                 "there is no " + request.dockerfile,
                 {},
                 "add it, or name another under build.dockerfile"};
  }
  const auto lines = build_lines_[request.service];
  lock.unlock();
  if (on_line) {
    for (const auto& line : lines) on_line(line);
  }
  lock.lock();
  const std::string content = request.context_directory + "|" + request.dockerfile_inline + "|" + request.tag;
  auto& id = built_by_content_[content];
  const bool cached = !id.empty() && !request.no_cache;
  if (id.empty()) id = "sha256:" + NextId();
  for (auto& image : images_) image.tags.erase(request.tag);
  if (Image* image = FindImage(id)) {
    image->tags.insert(request.tag);
  } else {
    const auto release = request.labels.find(std::string(kReleaseLabel));
    images_.push_back({id,
                       request.instance,
                       release == request.labels.end() ? 0 : ReleaseOf(release->second),
                       {request.tag}});
  }
  EDM_CHECK(End("Build", request.tag));
  return BuiltImage{id, cached};
}

void FakeContainerRuntime::AddImage(const Footprint::Object& object, const std::string& tag) {
  const Lock lock(mutex_);
  for (auto& image : images_) image.tags.erase(tag);
  if (Image* image = FindImage(object.id)) {
    image->tags.insert(tag);
  } else {
    images_.push_back({object.id, object.instance, object.release, {tag}});
  }
}

Status FakeContainerRuntime::Up(const UpRequest& request, const LineSink& on_line, std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Up", request.instance, stop));
  if (foreign_.contains(request.instance)) {
    return Error{Code::kFailedPrecondition,
                 "instance " + request.instance,
                 "a compose project of somebody else has this name",
                 {},
                 "choose another id"};
  }
  Error failure;
  UpLocked(request, on_line, &failure);
  if (!request.lent.empty()) lent_[request.instance] = request.lent;
  Changed(request.instance);
  if (!failure.cause.empty()) return failure;
  return End("Up", request.instance);
}

void FakeContainerRuntime::UpLocked(const UpRequest& request, const LineSink& on_line, Error* failure) {
  const auto document = nlohmann::json::parse(request.compose_json, nullptr, false);
  if (document.is_discarded() || !document.contains("services")) {
    *failure = {Code::kInternal, "instance " + request.instance, "the final compose file is not JSON"};
    return;
  }
  std::vector<ContainerFacts> kept;
  for (const auto& container : containers_) {
    if (container.instance != request.instance) kept.push_back(container);
  }
  for (const auto& [service, spec] : document["services"].items()) {
    const auto labels = spec.value("labels", nlohmann::json::object());
    ContainerFacts wanted;
    wanted.name = spec.value("container_name", request.instance + "." + service + ".1");
    wanted.instance = request.instance;
    wanted.service = service;
    wanted.release = ReleaseOf(Text(labels, std::string(kReleaseLabel)));
    const auto image = Text(spec, "image");
    const auto* known = FindImage(image);
    wanted.image_id = known == nullptr ? image : known->id;
    const auto same = std::find_if(containers_.begin(), containers_.end(), [&](const ContainerFacts& one) {
      return one.name == wanted.name && one.release == wanted.release && one.image_id == wanted.image_id;
    });
    if (same != containers_.end()) wanted = *same;
    if (same == containers_.end()) wanted.id = NextId();
    if (wanted.state != ContainerState::kRunning) StartContainer(wanted);
    if (on_line) on_line("Container " + wanted.name + " Started");
    kept.push_back(wanted);
  }
  containers_ = std::move(kept);
  const auto ensure = [&](std::vector<Footprint::Object>& objects, const char* section) {
    const auto wanted = document.value(section, nlohmann::json::object());
    for (const auto& [name, spec] : wanted.items()) {
      const bool is_external = spec.is_object() && spec.value("external", false);
      if (is_external) continue;
      const std::string full = request.instance + "_" + name;
      const bool there =
          std::any_of(objects.begin(), objects.end(), [&](const auto& one) { return one.name == full; });
      if (!there) objects.push_back({NextId(), full, request.instance, 0});
    }
  };
  ensure(networks_, "networks");
  ensure(volumes_, "volumes");
}

Status FakeContainerRuntime::StopBut(const std::string& instance, const std::set<std::string>& sparing,
                                     Seconds) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Stop", instance));
  for (auto& container : containers_) {
    if (container.instance != instance || container.state == ContainerState::kExited) continue;
    if (sparing.contains(container.service)) continue;
    container.state = ContainerState::kExited;
    container.exit_code = 143;
    container.address.clear();
    container.finished_at = Now();
  }
  lent_.erase(instance);
  Changed(instance);
  return End("Stop", instance);
}

Status FakeContainerRuntime::StartKept(const std::string& instance, std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "StartKept", instance, stop));
  bool any = false;
  for (auto& container : containers_) {
    if (container.instance != instance) continue;
    any = true;
    if (container.state != ContainerState::kRunning) StartContainer(container);
  }
  if (!any) return NotFound("containers of " + instance);
  Changed(instance);
  return End("StartKept", instance);
}

Status FakeContainerRuntime::Remove(const std::string& instance, bool keep_volumes) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Remove", instance));
  std::erase_if(containers_, [&](const auto& one) { return one.instance == instance; });
  std::erase_if(networks_, [&](const auto& one) { return one.instance == instance; });
  if (!keep_volumes) std::erase_if(volumes_, [&](const auto& one) { return one.instance == instance; });
  lent_.erase(instance);
  Changed(instance);
  return End("Remove", instance);
}

Status FakeContainerRuntime::RemoveImage(const std::string& id_or_tag) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "RemoveImage", id_or_tag));
  if (Image* image = FindImage(id_or_tag)) {
    const bool used = std::any_of(containers_.begin(), containers_.end(), [&](const ContainerFacts& one) {
      return one.image_id == image->id || image->tags.contains(one.image_id);
    });
    if (!used) {
      image->tags.erase(id_or_tag);
      if (image->id == id_or_tag || image->tags.empty()) {
        const std::string id = image->id;
        std::erase_if(images_, [&](const Image& one) { return one.id == id; });
        std::erase_if(built_by_content_, [&](const auto& one) { return one.second == id; });
      }
    }
  }
  return End("RemoveImage", id_or_tag);
}

Result<std::vector<ContainerFacts>> FakeContainerRuntime::Containers(const std::string& instance) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Containers", instance));
  std::vector<ContainerFacts> mine;
  for (const auto& container : containers_) {
    if (container.instance == instance) mine.push_back(container);
  }
  return mine;
}

Result<Footprint> FakeContainerRuntime::Everything() {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Everything", ""));
  Footprint all{containers_, networks_, volumes_, {}};
  for (const auto& image : images_) {
    all.images.push_back(
        {image.id, image.tags.empty() ? "" : *image.tags.begin(), image.instance, image.release});
  }
  return all;
}

Result<std::string> FakeContainerRuntime::ImageId(const std::string& id_or_tag) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "ImageId", id_or_tag));
  const auto* image = FindImage(id_or_tag);
  return image == nullptr ? std::string() : image->id;
}

Result<std::string> FakeContainerRuntime::ImageContent(const std::string& id_or_tag) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "ImageContent", id_or_tag));
  if (const auto said = contents_.find(id_or_tag); said != contents_.end()) return said->second;
  const auto* image = FindImage(id_or_tag);
  return image == nullptr ? std::string() : image->id;
}

void FakeContainerRuntime::SetContent(const std::string& id_or_tag, const std::string& content) {
  const std::lock_guard lock(mutex_);
  contents_[id_or_tag] = content;
}

std::vector<LentContainer> FakeContainerRuntime::LentTo(const std::string& instance) const {
  const std::lock_guard lock(mutex_);
  const auto found = lent_.find(instance);
  return found == lent_.end() ? std::vector<LentContainer>{} : found->second;
}

Result<std::vector<ListeningPort>> FakeContainerRuntime::ListeningPorts(const std::string& container_id) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "ListeningPorts", container_id));
  const ContainerFacts* container = Find(container_id);
  if (container == nullptr) return NotFound("container " + container_id);
  if (container->state != ContainerState::kRunning) {
    return Error{Code::kFailedPrecondition, "container " + container->name, "it does not run"};
  }
  return behaviours_[container->service].ports;
}

Result<HealthProbe> FakeContainerRuntime::ProbeHealth(const std::string& container_id, std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "ProbeHealth", container_id, stop));
  const ContainerFacts* container = Find(container_id);
  if (container == nullptr) return NotFound("container " + container_id);
  if (container->health == ContainerHealth::kNone) return NotFound("healthcheck of " + container->name);
  if (container->state != ContainerState::kRunning) {
    return Error{Code::kFailedPrecondition, "container " + container->name, "it does not run"};
  }
  return HealthProbe{"fake check", container->health == ContainerHealth::kHealthy ? 0 : 1, ""};
}

Status FakeContainerRuntime::Logs(const LogRequest& request, const LogSink& on_line, std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Logs", request.instance, stop));
  std::vector<LogLine> lines;
  for (const auto& container : containers_) {
    const auto& services = request.services;
    const bool wanted =
        services.empty() || std::count(services.begin(), services.end(), container.service) > 0;
    if (container.instance != request.instance || !wanted) continue;
    const auto& printed = behaviours_[container.service].lines;
    const std::size_t tail =
        request.tail ? std::min<std::size_t>(*request.tail, printed.size()) : printed.size();
    for (auto line = printed.end() - static_cast<std::ptrdiff_t>(tail); line != printed.end(); ++line) {
      lines.push_back({container.service, container.name, false, container.started_at, *line});
    }
  }
  lock.unlock();
  for (const auto& line : lines) on_line(line);
  lock.lock();
  if (request.follow) {
    changed_.wait(lock, stop, [&] {
      return std::none_of(containers_.begin(), containers_.end(),
                          [&](const ContainerFacts& one) { return one.instance == request.instance; });
    });
  }
  return Ok();
}

Result<std::unique_ptr<ExecSession>> FakeContainerRuntime::Exec(const ExecRequest& request) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Exec", request.instance));
  for (const auto& container : containers_) {
    const bool meant = container.instance == request.instance && container.service == request.service;
    if (!meant) continue;
    if (container.state != ContainerState::kRunning) {
      return Error{Code::kFailedPrecondition, request.instance + "/" + request.service, "it does not run"};
    }
    return std::unique_ptr<ExecSession>(std::make_unique<EchoSession>());
  }
  return NotFound("service " + request.instance + "/" + request.service);
}

Status FakeContainerRuntime::Watch(const std::function<void(const std::string&)>& on_change,
                                   std::stop_token stop) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Watch", "", stop));
  std::size_t next = changes_.size();
  lock.unlock();
  on_change("");
  lock.lock();
  while (!stop.stop_requested()) {
    changed_.wait(lock, stop, [&] { return away_ || next < changes_.size(); });
    if (away_) return Away();
    while (next < changes_.size()) {
      const std::string instance = changes_[next++];
      lock.unlock();
      on_change(instance);
      lock.lock();
    }
  }
  return Ok();
}

Result<std::vector<NetworkSubnet>> FakeContainerRuntime::Subnets() {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Subnets", ""));
  return std::vector<NetworkSubnet>{{"172.17.0.0/16", ""}};
}

Result<EngineFacts> FakeContainerRuntime::Facts() {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "Facts", ""));
  return EngineFacts{"20.10", "1.41", "2.26", "overlay2", "2"};
}

Result<std::map<std::string, std::uint64_t>> FakeContainerRuntime::VolumeSizes(Millis) {
  Lock lock(mutex_);
  EDM_CHECK(Begin(lock, "VolumeSizes", ""));
  std::map<std::string, std::uint64_t> sizes;
  for (const auto& volume : volumes_) sizes[volume.name] = 4'096;
  return sizes;
}

}  // namespace edm::worker
