#include "worker/adapters/runner/patience.h"

#include "common/base/backoff.h"

namespace edm::worker {
namespace {

constexpr std::uint32_t kTriesMax = 12;
constexpr std::uint32_t kHinderedTriesMax = 6;
constexpr Backoff kBackoff{.first = Millis(200), .most = Millis(2'000)};

}  // namespace

Status Patiently(const Job& job, const std::function<Status()>& call) {
  for (std::uint32_t tries = 1;; ++tries) {
    auto status = call();
    if (status.ok() || status.error().code != Code::kUnavailable || tries >= kTriesMax) return status;
    if (!job.around.clock.Wait(kBackoff.After(tries), job.stop)) return status;
  }
}

Status Insist(const Job& job, const std::function<Status()>& call) {
  return Patiently(job, [&]() -> Status {
    auto status = call();
    if (status.ok() || status.error().code != Code::kDeadlineExceeded) return status;
    auto error = std::move(status).error();
    error.code = Code::kUnavailable;
    return error;
  });
}

Status Unhindered(const Job& job, const std::function<Status()>& call) {
  for (std::uint32_t tries = 1;; ++tries) {
    auto status = call();
    const bool hindered = !status.ok() && (status.error().code == Code::kAborted ||
                                           status.error().code == Code::kAlreadyExists);
    if (!hindered || tries >= kHinderedTriesMax) return status;
    if (!job.around.clock.Wait(kBackoff.After(tries), job.stop)) return status;
  }
}

Result<ReadyReport> AwaitPatiently(Job& job, const ReadyRequest& request, const std::string& prefix,
                                   std::stop_token stop) {
  Result<ReadyReport> report = ReadyReport{};
  EDM_CHECK(Patiently(job, [&]() -> Status {
    report = job.around.readiness.AwaitReady(
        request, [&](std::string_view line) { job.Log("", prefix + std::string(line)); }, stop);
    return report.ok() ? Ok() : Status(report.error());
  }));
  return report;
}

}  // namespace edm::worker
