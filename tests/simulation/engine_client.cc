#include "tests/simulation/engine_client.h"

#include <memory>
#include <utility>

#include "common/model/labels.h"

namespace edm::simulation {
namespace {

constexpr double kFinishesForNobody = 0.3;
constexpr double kBusy = 0.018;  // share of stops and removals that the engine refuses

Error EngineAway() { return {Code::kUnavailable, "container engine", "it does not answer"}; }
Error Busy(const std::string& instance) {
  return {Code::kInternal, "containers of " + instance, "device or resource busy"};
}
Error BrokenOff() { return {Code::kCancelled, "container engine", "cancelled"}; }

// Says whether the one who asked is still there to hear.
struct Caller {
  std::shared_ptr<bool> is_there = std::make_shared<bool>(true);
  ~Caller() { *is_there = false; }
};

}  // namespace

Status EngineClient::Look() {
  parts_.agenda.Wait(parts_.dice.Between(Millis(1), Millis(4)));
  return parts_.engine.is_away ? Status(EngineAway()) : Ok();
}

Status EngineClient::Do(Millis least, Millis most, std::stop_token stop,
                        const std::function<Status()>& work) {
  EDM_CHECK(Look());
  auto status = Status(Ok());
  const auto took = parts_.dice.Between(least, most);
  const bool is_told = !parts_.dice.Hits(0.01);
  if (parts_.agenda.Wait(took, stop) == Agenda::Outcome::kStopped) return BrokenOff();
  if (parts_.engine.is_away) return EngineAway();
  status = work();
  parts_.agenda.Wait(Millis(1));
  if (!is_told) return Error{Code::kUnavailable, "container engine", "the connection broke"};
  return status;
}

bool EngineClient::IsBusy() { return parts_.engine.refuses_at_times && parts_.dice.Hits(kBusy); }

Result<EngineFacts> EngineClient::Facts() {
  EDM_CHECK(Look());
  return EngineFacts{"20.10", "1.41", "2.26", "overlay2", "2"};
}

Result<worker::BuiltImage> EngineClient::Build(const worker::BuildRequest& request, const LineSink& on_line,
                                               std::stop_token stop) {
  EDM_CHECK(Look());
  const auto commit = parts_.commit_of(request.context_directory);
  const auto took = parts_.dice.Between(Millis(20), Millis(600));
  const Caller caller;
  EngineImage image{.tag = request.tag, .instance = request.instance, .commit = commit};
  image.release = static_cast<std::uint32_t>(std::stoul(request.labels.at(std::string(kReleaseLabel))));
  const auto finish = [&engine = parts_.engine, image, there = caller.is_there,
                       anyway = parts_.dice.Hits(kFinishesForNobody)] {
    if (!engine.is_away && (*there || anyway)) engine.AddImage(image);
  };
  parts_.agenda.After(took, {}, finish);
  if (parts_.agenda.Wait(took, stop) == Agenda::Outcome::kStopped) return BrokenOff();
  parts_.agenda.Wait(Millis(1));
  if (on_line) on_line("built " + commit);
  if (commit.ends_with("b")) return Error{Code::kFailedPrecondition, "build of " + request.service, "exit 1"};
  const auto* made = parts_.engine.FindImage(request.tag);
  if (parts_.engine.is_away || made == nullptr) return EngineAway();
  return worker::BuiltImage{made->id, false};
}

Status EngineClient::Up(const worker::UpRequest& request, const LineSink&, std::stop_token stop) {
  EDM_CHECK(Do(Millis(5), Millis(40), stop, [&] {
    return parts_.engine.Create(request.instance, request.compose_json, parts_.clock.Now());
  }));
  return Do(Millis(5), Millis(120), stop,
            [&] { return parts_.engine.Start(request.instance, parts_.clock.Now()); });
}

Status EngineClient::StopBut(const std::string& instance, const std::set<std::string>& sparing, Seconds) {
  return Do(Millis(5), Millis(200), {}, [&]() -> Status {
    if (IsBusy()) return Busy(instance);
    parts_.engine.Stop(instance, sparing, parts_.clock.Now());
    return Ok();
  });
}

Status EngineClient::StartKept(const std::string& instance, std::stop_token stop) {
  return Do(Millis(5), Millis(80), std::move(stop),
            [&] { return parts_.engine.Start(instance, parts_.clock.Now()); });
}

Status EngineClient::Remove(const std::string& instance, bool keep_volumes) {
  return Do(Millis(5), Millis(100), {}, [&]() -> Status {
    if (IsBusy()) return Busy(instance);
    parts_.engine.Remove(instance, keep_volumes);
    return Ok();
  });
}

Status EngineClient::RemoveImage(const std::string& id_or_tag) {
  return Do(Millis(1), Millis(10), {}, [&]() -> Status {
    parts_.engine.RemoveImage(id_or_tag);
    return Ok();
  });
}

Result<std::vector<worker::ContainerFacts>> EngineClient::Containers(const std::string& instance) {
  EDM_CHECK(Look());
  return parts_.engine.ContainersOf(instance);
}

Result<worker::Footprint> EngineClient::Everything() {
  EDM_CHECK(Look());
  return parts_.engine.Everything();
}

Result<std::string> EngineClient::ImageId(const std::string& id_or_tag) {
  EDM_CHECK(Look());
  const auto* image = parts_.engine.FindImage(id_or_tag);
  return image == nullptr ? std::string() : image->id;
}

Result<std::string> EngineClient::ImageContent(const std::string& id_or_tag) {
  EDM_CHECK(Look());
  const auto* image = parts_.engine.FindImage(id_or_tag);
  return image == nullptr ? std::string() : image->commit;
}

}  // namespace edm::simulation
