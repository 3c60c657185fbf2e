#include <algorithm>

#include "common/base/backoff.h"
#include "worker/adapters/runner/effects.h"

namespace edm::worker {
namespace {

constexpr std::uint32_t kPushTriesMax = 3;  // of an image, while the registry is away: 1.5 s in all
constexpr Backoff kPushRetry{Millis(500), Millis(1'000)};

const ReleaseImage* Find(const std::vector<ReleaseImage>& images, const std::string& service) {
  const auto found =
      std::ranges::find_if(images, [&](const ReleaseImage& one) { return one.service == service; });
  return found == images.end() ? nullptr : &*found;
}

// Whether each image that is wanted can be pulled.
bool AreStored(const std::vector<ReleaseImage>& images, const std::vector<BuildRequest>& wanted) {
  return std::ranges::all_of(wanted, [&](const BuildRequest& one) {
    const auto* image = Find(images, one.service);
    return image != nullptr && !image->digest.empty();
  });
}

// As it is called in the repository of its instance.
std::string NameOf(const std::string& service, std::uint32_t release) {
  return service + "-r" + std::to_string(release);
}

Result<std::vector<ReleaseImage>> PullAll(Job& job, const std::vector<BuildRequest>& wanted) {
  const auto& order = job.attempt.order;
  std::vector<ReleaseImage> images;
  for (const auto& one : wanted) {
    auto image = *Find(order.images, one.service);
    EDM_TRY(const auto there, job.around.runtime.ImageId(one.tag));
    if (there != image.id) {
      job.Log(one.service, "pulled from " + order.repository->registry + ": " + image.digest);
      EDM_TRY(image.id, job.around.exchange->Pull(*order.repository, image.digest, one.tag, job.stop));
    }
    images.push_back(std::move(image));
  }
  return images;
}

Result<std::string> PushOne(Job& job, const std::string& tag, const std::string& name) {
  for (std::uint32_t tries = 1;; ++tries) {
    auto digest = job.around.exchange->Push(*job.attempt.order.repository, tag, name, job.stop);
    const bool is_away = !digest.ok() && digest.error().code == Code::kUnavailable;
    if (!is_away || tries == kPushTriesMax) return digest;
    if (!job.around.clock.Wait(kPushRetry.After(tries), job.stop)) return digest;
  }
}

std::string DetailOf(const std::vector<ReleaseImage>& images) {
  std::string detail;
  for (const auto& image : images) detail += (detail.empty() ? "" : ", ") + image.service + " pulled";
  return detail;
}

}  // namespace

std::optional<std::vector<ReleaseImage>> PullImages(Job& job, const std::vector<BuildRequest>& wanted) {
  const auto& order = job.attempt.order;
  const bool may = job.around.exchange != nullptr && order.repository && !order.no_cache;
  if (!may || wanted.empty() || !AreStored(order.images, wanted)) return std::nullopt;
  auto images = PullAll(job, wanted);
  if (images.ok()) {
    job.detail = DetailOf(*images);
    return std::move(images).value();
  }
  if (!job.stop.stop_requested())
    job.Warn("release " + std::to_string(order.release) +
             " is built again, for its images cannot be pulled: " + ToString(images.error()));
  return std::nullopt;
}

// Once it runs, or is built where that was all: nobody waits for a registry, nor fails because it is away.
// What is started again is pushed then, if it is not there yet.
Status Push(Job& job) {
  const auto& order = job.attempt.order;
  const auto found = job.holding.releases.find(order.release);
  if (job.around.exchange == nullptr || !order.repository || found == job.holding.releases.end()) return Ok();
  EDM_CHECK(EnsureJudged(job));
  const auto wanted = job.workload->builds();
  auto& images = found->second.images;
  if (AreStored(images, wanted)) return Ok();
  auto stored = images;
  for (auto& image : stored) {
    const auto request =
        std::ranges::find_if(wanted, [&](const BuildRequest& one) { return one.service == image.service; });
    if (request == wanted.end()) continue;
    EDM_TRY(image.digest, PushOne(job, request->tag, NameOf(image.service, order.release)));
  }
  images = stored;
  job.attempt.built.images = std::move(stored);
  job.Emit(job.attempt.built);
  return Ok();
}

}  // namespace edm::worker
