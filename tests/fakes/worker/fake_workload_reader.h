#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <utility>

#include "common/model/labels.h"
#include "worker/ports/workload.h"

namespace edm::worker {

// Every checkout holds two services: `web`, which is built and listens on 80, and the one-shot `job`. Any
// thread.
class FakeWorkload final : public Workload {
 public:
  FakeWorkload(JudgeRequest request, std::vector<WantedPort> ports, std::string with_volume)
      : request_(std::move(request)), ports_(std::move(ports)), with_volume_(std::move(with_volume)) {}

  std::string summary() const override { return "compose.yaml, 2 services"; }
  std::vector<std::string> warnings() const override { return {}; }
  std::vector<std::string> grants() const override { return {}; }
  std::vector<BuildRequest> builds() const override {
    return {{.instance = request_.instance,
             .service = "web",
             .context_directory = request_.directory,
             .dockerfile_inline = "FROM scratch",
             .labels = {{std::string(kReleaseLabel), std::to_string(request_.release)}},
             .tag = Tag()}};
  }
  std::optional<std::set<std::string>> inputs() const override { return std::set<std::string>{}; }
  std::vector<WantedPort> ports() const override { return ports_; }
  std::vector<std::string> networks() const override { return {"default"}; }
  std::vector<WantedService> services() const override {
    return {{.service = "job", .one_shot = true}, {.service = "web", .ports = {80}}};
  }
  std::map<std::string, std::string> catalog_names() const override { return {}; }
  Millis ready_timeout() const override { return Millis(1'000); }
  Millis ready_least() const override { return Millis(0); }
  Seconds stop_grace() const override { return Seconds(1); }
  bool keeps_data() const override { return !with_volume_.empty(); }

  Result<FinalWorkload> Finalise(const FinalRequest& request) const override {
    const auto labels =
        R"("labels":{")" + std::string(kReleaseLabel) + R"(":")" + std::to_string(request_.release) + R"("})";
    FinalWorkload final{.generated = request.generated};
    final.generated.try_emplace("password", "made-once");
    final.compose_json =
        R"({"subnet":")" + request.addresses.subnets.at("default") + R"(","services":{"web":{"image":")" +
        Tag() + R"(",)" + labels + VolumeOf("web") + R"(},"job":{"image":"job",)" + labels + VolumeOf("job") +
        R"(}},"networks":{"default":{"name":")" + request_.instance + R"(_default"}},"volumes":{)" +
        (with_volume_.empty() ? "" : R"("data":{"name":")" + request_.instance + R"(_data"})") + "}}";
    return final;
  }

 private:
  std::string Tag() const { return "edm/" + request_.instance + "/web:r" + std::to_string(request_.release); }
  std::string VolumeOf(const std::string& service) const {
    return service == with_volume_ ? R"(,"volumes":[{"type":"volume","source":"data","target":"/d"}])" : "";
  }
  const JudgeRequest request_;
  const std::vector<WantedPort> ports_;
  const std::string with_volume_;
};

class FakeWorkloadReader final : public WorkloadReader {
 public:
  void FailNext(Error error) {
    const std::lock_guard lock(mutex_);
    failures_.push_back(std::move(error));
  }
  Result<std::shared_ptr<const Workload>> Judge(const JudgeRequest& request, std::stop_token) override {
    const std::lock_guard lock(mutex_);
    if (!failures_.empty()) {
      Error error = std::move(failures_.front());
      failures_.pop_front();
      return error;
    }
    return std::shared_ptr<const Workload>(std::make_shared<FakeWorkload>(request, ports_, with_volume_));
  }
  // For `service`, in what is judged from now on.
  void AddVolume(const std::string& service) {
    const std::lock_guard lock(mutex_);
    with_volume_ = service;
  }
  // Of web, in what is judged from now on.
  void Publish(std::vector<WantedPort> ports) {
    const std::lock_guard lock(mutex_);
    ports_ = std::move(ports);
  }

 private:
  std::mutex mutex_;
  std::deque<Error> failures_;
  std::string with_volume_;
  std::vector<WantedPort> ports_{{"web", 80, "tcp"}};
};

}  // namespace edm::worker
