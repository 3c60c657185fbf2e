#include <algorithm>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>

#include "common/base/text.h"
#include "worker/adapters/runner/effects.h"

namespace edm::worker {
namespace {

// Images of one instance that are built at once; the engine's solver shares what they have in common.
constexpr std::ptrdiff_t kBuildsAtOnceMax = 4;

struct Outcome {
  std::optional<Result<BuiltImage>> result;
  Millis took{0};
};

// Builds all images at once; the first failure stops the others.
class ParallelBuild {
 public:
  ParallelBuild(const Job& job, const std::vector<BuildRequest>& requests)
      : job_(job), requests_(requests), outcomes_(requests.size()) {}

  std::vector<Outcome> Run() {
    const std::stop_callback on_cancel(job_.stop, [this] { stop_.request_stop(); });
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < requests_.size(); ++i) threads.emplace_back([this, i] { One(i); });
    if (!requests_.empty()) One(0);
    threads.clear();
    return std::move(outcomes_);
  }

  // Index of the failure that stopped the others.
  std::optional<std::size_t> first_failure() const { return first_failure_; }

 private:
  void One(std::size_t index) {
    slots_.acquire();
    const auto& request = requests_[index];
    const auto begun = job_.around.clock.Steady();
    auto result = job_.around.runtime.Build(
        request, [&](std::string_view line) { job_.Log(request.service, line); }, stop_.get_token());
    slots_.release();
    const std::lock_guard lock(mutex_);
    if (!result.ok() && !first_failure_) {
      first_failure_ = index;
      stop_.request_stop();
    }
    outcomes_[index] = {std::move(result), job_.around.clock.Steady() - begun};
  }

  const Job& job_;
  const std::vector<BuildRequest>& requests_;
  std::counting_semaphore<> slots_{kBuildsAtOnceMax};
  std::stop_source stop_;
  std::mutex mutex_;
  std::vector<Outcome> outcomes_;             // guarded by mutex_ while threads run
  std::optional<std::size_t> first_failure_;  // guarded by mutex_ while threads run
};

std::vector<BuildRequest> RequestsOf(const Job& job) {
  auto requests = job.workload->builds();
  for (auto& request : requests) request.no_cache = job.attempt.order.no_cache;
  return requests;
}

// While this lives, what comes into the engine's build cache is taken for ours.
class BuildMark {
 public:
  BuildMark(DiskRoom* room, std::size_t images) : room_(room) {
    if (room_ != nullptr) room_->BuildsBegin(images);
  }
  ~BuildMark() {
    if (room_ != nullptr) room_->BuildsEnd();
  }
  BuildMark(const BuildMark&) = delete;
  BuildMark& operator=(const BuildMark&) = delete;

 private:
  DiskRoom* room_;
};

// The engine met it, or a program that the build runs.
bool MetFullDisk(const Error& error) {
  return error.code == Code::kResourceExhausted || std::ranges::any_of(error.evidence, [](const auto& line) {
           return Folded(line).find("no space left on device") != std::string::npos;
         });
}

// Once more where the disk was full, and something could be removed from it.
Result<std::vector<Outcome>> BuildAll(const Job& job, const std::vector<BuildRequest>& requests) {
  for (bool is_again = false;; is_again = true) {
    ParallelBuild build(job, requests);
    auto outcomes = [&] {
      const BuildMark mark(requests.empty() ? nullptr : job.around.room, requests.size());
      return build.Run();
    }();
    const auto failed = build.first_failure();
    if (!failed) return outcomes;
    auto error = std::move(*outcomes[*failed].result).error();
    auto* room = job.around.room;
    const bool helps = !is_again && room != nullptr && MetFullDisk(error) &&
                       room->Clear([&](std::string_view line) { job.Log("", line); });
    if (!helps) return About(std::move(error), job.instance() + "/" + requests[*failed].service);
  }
}

Result<std::vector<ReleaseImage>> BuildAnew(Job& job, const std::vector<BuildRequest>& requests) {
  EDM_TRY(const auto outcomes, BuildAll(job, requests));
  std::vector<ReleaseImage> images;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& image = outcomes[i].result->value();
    images.push_back({requests[i].service, image.id});
    if (!job.detail.empty()) job.detail += ", ";
    job.detail += requests[i].service + " " + (image.cached ? "cached" : FormatDuration(outcomes[i].took));
  }
  if (requests.empty()) job.detail = "nothing to build";
  return images;
}

}  // namespace

Status BuildImages(Job& job) {
  EDM_CHECK(EnsureJudged(job));
  const auto requests = RequestsOf(job);
  const auto inputs = job.workload->inputs();
  // Before the builds: an image that is replaced meanwhile differs from what is noted, and is built from
  // again.
  const auto input_ids = IdsOf(job, inputs.value_or(std::set<std::string>()));
  job.detail.clear();
  auto images = PullImages(job, requests);
  if (!images) {
    EDM_TRY(images, BuildAnew(job, requests));
  }
  job.attempt.built = {.images = std::move(*images),
                       .template_commit = job.attempt.order.template_source
                                              ? job.attempt.order.template_source->commit
                                              : std::string(),
                       .grants = job.workload->grants(),
                       .template_name = job.attempt.order.template_name};
  job.holding.releases[job.release()] = {.number = job.release(),
                                         .images = job.attempt.built.images,
                                         .template_name = job.attempt.order.template_name,
                                         .template_commit = job.attempt.built.template_commit,
                                         .grants = job.attempt.built.grants,
                                         .commit = inputs ? job.attempt.order.source->commit : "",
                                         .inputs = input_ids,
                                         .run = Describe(job)};
  return Ok();
}

}  // namespace edm::worker
