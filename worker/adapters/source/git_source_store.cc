#include "worker/adapters/source/git_source_store.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "common/adapters/files/git_leftovers.h"
#include "worker/adapters/source/shallow_fetch.h"

namespace edm::worker {
namespace {

using nlohmann::json;

// A first fetch of a repo that is small: by one program, where git needs six, and half of it is their start.
constexpr Millis kSmallMost{5'000};
constexpr std::uint64_t kMemoryBytesMax = 4ULL * 1024 * 1024 * 1024;  // of address space

Error FromLine(const std::string& line, const std::string& last_words) {
  const auto answer = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) {
    return {
        Code::kInternal, "edm-fetch", "it ended without an answer", {last_words}, "look at the worker's log"};
  }
  return {static_cast<Code>(answer.value("code", static_cast<int>(Code::kInternal))),
          answer.value("object", ""),
          answer.value("cause", ""),
          {},
          answer.value("hint", "")};
}

Millis LeftUntil(std::chrono::steady_clock::time_point due) {
  return std::max(Millis(1), std::chrono::duration_cast<Millis>(due - std::chrono::steady_clock::now()));
}

// edm-fetch knows no mirrors without a history: over http it asks for what is not there. It begins anew then.
void PrepareForHistory(const std::filesystem::path& mirror) {
  RemoveGitLeftovers(mirror);
  std::error_code ignored;
  if (std::filesystem::exists(mirror / "shallow", ignored)) std::filesystem::remove_all(mirror, ignored);
}

void RemovePartOf(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::remove_all(directory + ".part", ignored);
}

}  // namespace

std::filesystem::path GitSourceStore::PathOf(const std::string& mirror) const {
  return options_.mirrors / (mirror + ".git");
}

GitSourceStore::MirrorLock GitSourceStore::Lock(const std::string& mirror) {
  std::mutex* lock = nullptr;
  {
    const std::lock_guard guard(mutex_);
    auto& kept = locks_[mirror];
    if (!kept) kept = std::make_unique<std::mutex>();
    lock = kept.get();
  }
  return MirrorLock(*lock);
}

bool GitSourceStore::HasMirror(const CheckoutRequest& request) const {
  return std::ranges::any_of(request.layers, [&](const SourceLayer& layer) {
    std::error_code unknown;
    return std::filesystem::exists(PathOf(layer.mirror), unknown);
  });
}

Status GitSourceStore::Checkout(const CheckoutRequest& request, std::stop_token stop) {
  std::vector<std::string> mirrors;
  for (const auto& layer : request.layers) mirrors.push_back(layer.mirror);
  // In the order of their names, so that two checkouts never wait for each other.
  std::sort(mirrors.begin(), mirrors.end());
  std::vector<MirrorLock> locks;
  for (const auto& mirror : mirrors) locks.push_back(Lock(mirror));
  const auto due = std::chrono::steady_clock::now() + request.deadline;
  if (!HasMirror(request)) {
    const auto status = Lay(request, /*only_small=*/true, std::min(kSmallMost, LeftUntil(due) / 2), stop);
    if (status.ok() || stop.stop_requested()) return status;
  }
  for (const auto& layer : request.layers) {
    // Half of the time at most: what does not come this way is to have time for the other.
    const ShallowFetch wanted{layer, PathOf(layer.mirror), options_.ca_file, LeftUntil(due) / 2};
    if (!FetchShallow(processes_, wanted, stop) && !stop.stop_requested()) PrepareForHistory(wanted.mirror);
  }
  return Lay(request, /*only_small=*/false, LeftUntil(due), stop);
}

Status GitSourceStore::Lay(const CheckoutRequest& request, bool only_small, Millis deadline,
                           std::stop_token stop) {
  json input = {{"directory", request.directory},
                {"ca_file", options_.ca_file},
                {"only_small", only_small},
                {"layers", json::array()}};
  for (const auto& layer : request.layers) {
    input["layers"].push_back({{"mirror", PathOf(layer.mirror).string()},
                               {"url", layer.access.url},
                               {"user", layer.access.user},
                               {"password", layer.access.password},
                               {"commit", layer.access.commit}});
  }
  std::string answer;
  std::string last_words;
  ProcessSpec spec{.argv = {options_.fetch_program},
                   .environment = {{"HOME", "/nonexistent"}},
                   .input = input.dump(-1, ' ', false, json::error_handler_t::replace),
                   .deadline = deadline};
  spec.limits.memory_bytes = kMemoryBytesMax;
  EDM_TRY(const auto end, processes_.Run(
                              spec,
                              [&](OutputStream stream, std::string_view line) {
                                (stream == OutputStream::kStdout ? answer : last_words) = line;
                              },
                              stop));
  if (end.succeeded()) return Ok();
  RemovePartOf(request.directory);
  for (const auto& layer : request.layers) RemoveGitLeftovers(PathOf(layer.mirror));
  const auto object = "source " + request.layers.back().access.url;
  if (end.cancelled) return Error{Code::kCancelled, object, "cancelled"};
  if (end.deadline_met) {
    return Error{Code::kDeadlineExceeded,
                 object,
                 "not fetched in " + FormatDuration(request.deadline),
                 {},
                 "see whether the git server answers"};
  }
  return FromLine(answer, last_words);
}

void GitSourceStore::RemoveLeftovers() const {
  std::error_code ignored;
  for (const auto& kind : std::filesystem::directory_iterator(options_.mirrors, ignored)) {
    for (const auto& mirror : std::filesystem::directory_iterator(kind.path(), ignored)) {
      RemoveGitLeftovers(mirror.path());
    }
  }
}

Status GitSourceStore::DropMirror(const std::string& mirror) {
  const auto lock = Lock(mirror);
  std::error_code failed;
  std::filesystem::remove_all(PathOf(mirror), failed);
  if (failed)
    return Error{Code::kInternal, PathOf(mirror).string(), failed.message(), {}, "remove it by hand"};
  return Ok();
}

}  // namespace edm::worker
