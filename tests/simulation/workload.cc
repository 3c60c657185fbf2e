#include "tests/simulation/workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/model/labels.h"
#include "tests/simulation/recipe.h"
#include "worker/core/records.h"

namespace edm::simulation {
namespace {

constexpr Millis kReadyTimeout{2'000};
constexpr double kFallsOver = 0.012;    // share of starts
constexpr double kFallsOverOld = 0.06;  // and where a later release has been there since

Error Cancelled(const std::string& object) { return {Code::kCancelled, object, "cancelled"}; }

// Not what has run for long, and is asked once more.
bool HasJustStarted(const Copy* copy, WallTime now) {
  constexpr Millis kJust{400};
  if (copy == nullptr || !copy->lives()) return false;
  const auto started = copy->containers.begin()->second.started_at;
  return started <= now && now - started < kJust;
}

// What an older release finds there is not what it left.
bool IsOld(const Engine& engine, const std::string& instance, const Copy& copy) {
  const auto release = copy.containers.begin()->second.release;
  return std::ranges::any_of(engine.images(), [&](const auto& image) {
    return image.second.instance == instance && image.second.release > release;
  });
}

class Folder final : public worker::Workload {
 public:
  Folder(worker::JudgeRequest request, std::string commit)
      : request_(std::move(request)), commit_(std::move(commit)) {}

  std::string summary() const override { return "compose.yaml, 1 service"; }
  std::vector<std::string> warnings() const override { return {}; }
  std::vector<std::string> grants() const override { return {}; }
  std::vector<worker::BuildRequest> builds() const override {
    return {{.instance = request_.instance,
             .service = "web",
             .context_directory = request_.directory,
             .dockerfile_inline = "FROM scratch",
             .labels = {{std::string(kReleaseLabel), std::to_string(request_.release)}},
             .tag = Tag()}};
  }
  std::optional<std::set<std::string>> inputs() const override { return std::set<std::string>{}; }
  std::vector<worker::WantedPort> ports() const override {
    return {{.service = "web", .container_port = 80, .host_port = FixedPortOf(commit_)}};
  }
  std::vector<std::string> networks() const override { return {"default"}; }
  std::vector<worker::WantedService> services() const override { return {{.service = "web", .ports = {80}}}; }
  std::map<std::string, std::string> catalog_names() const override { return {}; }
  Millis ready_timeout() const override { return kReadyTimeout; }
  Millis ready_least() const override { return Millis(0); }
  Seconds stop_grace() const override { return Seconds(1); }
  bool keeps_data() const override { return HasVolume(commit_); }

  Result<worker::FinalWorkload> Finalise(const worker::FinalRequest& request) const override {
    const auto port = request.addresses.ports.at(worker::PortName(ports().front()));
    const auto& id = request_.instance;
    const auto mount = HasVolume(commit_)
                           ? R"("volumes":[{"type":"volume","source":"data","target":"/data"}],)"
                           : std::string();
    const auto volumes = HasVolume(commit_) ? fmt::format(R"("data":{{"name":"{}_data"}})", id) : "";
    worker::FinalWorkload final{.generated = request.generated};
    final.generated.try_emplace("password", "made-once");
    final.compose_json =
        fmt::format(R"({{"x-memory":{},"services":{{"web":{{"image":"{}",{}"labels":{{"{}":"{}"}},)"
                    R"("ports":[{{"target":80,"published":"{}"}}],"networks":{{"default":null}}}}}},)"
                    R"("networks":{{"default":{{"name":"{}_default"}}}},"volumes":{{{}}}}})",
                    MemoryOf(id), Tag(), mount, kReleaseLabel, request_.release, port, id, volumes);
    return final;
  }

 private:
  std::string Tag() const { return "edm/" + request_.instance + "/web:r" + std::to_string(request_.release); }

  const worker::JudgeRequest request_;
  const std::string commit_;
};

}  // namespace

Result<std::shared_ptr<const worker::Workload>> Reader::Judge(const worker::JudgeRequest& request,
                                                              std::stop_token stop) {
  if (agenda_.Wait(dice_.Between(Millis(5), Millis(60)), stop) == Agenda::Outcome::kStopped)
    return Cancelled("instance " + request.instance);
  const auto found = disk_.checkouts.find(request.directory);
  if (found == disk_.checkouts.end())
    return Error{Code::kNotFound, request.directory, "there is no compose file"};
  if (IsRefused(found->second))
    return Error{Code::kPermissionDenied, "compose.yaml", "privileged containers are not allowed"};
  return std::shared_ptr<const worker::Workload>(std::make_shared<Folder>(request, found->second));
}

Result<worker::ReadyReport> Readiness::AwaitReady(const worker::ReadyRequest& request, const LineSink&,
                                                  std::stop_token stop) {
  auto& [agenda, dice, engine, clock, on_hopeless] = parts_;
  const auto takes = dice.Between(Millis(10), Millis(300));
  if (agenda.Wait(takes, stop) == Agenda::Outcome::kStopped) return Cancelled(request.instance);
  if (engine.is_away) return Error{Code::kUnavailable, "container engine", "it does not answer"};
  const auto* copy = engine.Find(request.instance);
  // An engine starts again what falls over by itself.
  const bool falls_over = HasJustStarted(copy, clock.Now()) &&
                          dice.Hits(IsOld(engine, request.instance, *copy) ? kFallsOverOld : kFallsOver);
  if (copy == nullptr || !copy->lives() || falls_over)
    return Error{Code::kFailedPrecondition, request.instance + "/web", "it exited with 1"};
  if (!copy->commits.empty() && NeverReady(copy->commits.begin()->second)) {
    on_hopeless(request.instance, request.timeout);
    if (agenda.Wait(request.timeout, stop) == Agenda::Outcome::kStopped) return Cancelled(request.instance);
    return Error{Code::kDeadlineExceeded, request.instance + "/web", "nothing listens on port 80"};
  }
  worker::ReadyReport report{.took = takes};
  for (const auto& one : request.services)
    report.services.push_back({one.service, "healthy", Health::kHealthy});
  return report;
}

Status Sources::Checkout(const worker::CheckoutRequest& request, std::stop_token stop) {
  const auto takes = dice_.Between(Millis(10), Millis(150)) * disk_.slowness;
  if (agenda_.Wait(takes, stop) == Agenda::Outcome::kStopped) return Cancelled("source");
  if (!is_reached_()) return Error{Code::kUnavailable, "git server", "no route to it"};
  disk_.checkouts[request.directory] = request.layers.back().access.commit;
  return Ok();
}

}  // namespace edm::simulation
