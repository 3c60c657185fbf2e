#include "worker/adapters/docker/build/build_progress.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "buildkit_status.pb.h"
#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr std::string_view kDiskFull = "no space left on device";

constexpr int kKilled = 137;
constexpr int kCommandNotFound = 127;
constexpr std::string_view kExitCode = "exit code: ";

bool IsInternal(std::string_view name) { return name.starts_with("[internal]") || name == "copy /context /"; }

std::optional<int> ExitCodeIn(std::string_view message) {
  const auto at = message.rfind(kExitCode);
  if (at == std::string_view::npos) return std::nullopt;
  int code = 0;
  const auto digits = message.substr(at + kExitCode.size());
  if (std::from_chars(digits.data(), digits.data() + digits.size(), code).ec != std::errc())
    return std::nullopt;
  return code;
}

bool Holds(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

std::string HintFor(std::optional<int> exit_code, std::string_view message) {
  if (exit_code == kKilled)
    return "it was killed, most likely out of memory: build with less in parallel, or on a larger worker";
  if (exit_code == kCommandNotFound) return "the command is not in the image: install it in an earlier step";
  if (exit_code) return "see its last lines; run that step by hand to try again";
  if (Holds(message, "not found") && Holds(message, "COPY")) return "see the path and .dockerignore";
  if (Holds(message, "failed to compute cache key") || Holds(message, "failed to calculate checksum")) {
    return "a file that COPY or ADD names is not in the build context: see the path and .dockerignore";
  }
  if (Holds(message, "pull access denied") || Holds(message, "failed to resolve source metadata") ||
      Holds(message, "dial tcp") || Holds(message, "no such host")) {
    return "the image behind FROM cannot be had: see its name, and whether this worker reaches the registry; "
           "without "
           "one, build FROM an image that `docker images` lists there";
  }
  if (Holds(message, kDiskFull)) return "free space on the engine's disk, then try again";
  if (Holds(message, "target stage")) return "see build.target and the names after AS";
  return "see the Dockerfile";
}

}  // namespace

void BuildProgress::Emit(Step& step, std::string_view line) {
  const std::string text = ToUtf8(line);
  step.last_lines.push_back(text);
  if (step.last_lines.size() > kLinesKeptMax) step.last_lines.pop_front();
  if (on_line_) on_line_(step.name + ": " + text);
}

void BuildProgress::AddOutput(Step& step, std::string_view bytes) {
  step.open_line += bytes;
  std::size_t from = 0;
  for (auto end = step.open_line.find('\n'); end != std::string::npos;
       end = step.open_line.find('\n', from)) {
    std::string_view line = std::string_view(step.open_line).substr(from, end - from);
    if (line.ends_with('\r')) line.remove_suffix(1);
    // A bar that redraws itself: the last drawing is the line.
    if (const auto redrawn = line.rfind('\r'); redrawn != std::string_view::npos)
      line.remove_prefix(redrawn + 1);
    Emit(step, line);
    from = end + 1;
  }
  step.open_line.erase(0, from);
  if (step.open_line.size() < kLineBytesMax) return;
  Emit(step, step.open_line);
  step.open_line.clear();
}

void BuildProgress::Feed(std::string_view status_response) {
  buildkit::StatusResponse status;
  if (!status.ParseFromArray(status_response.data(), static_cast<int>(status_response.size()))) return;
  for (const auto& vertex : status.vertexes()) {
    auto& step = steps_[vertex.digest()];
    step.name = vertex.name();
    if (!vertex.error().empty()) step.error = vertex.error();
    const bool shown = !IsInternal(vertex.name());
    if (vertex.has_started() && !step.announced) {
      step.announced = true;
      if (shown && on_line_) on_line_(step.name);
    }
    if (vertex.has_completed() && !step.ended) {
      step.ended = true;
      if (!step.open_line.empty()) AddOutput(step, "\n");
      if (!shown || step.name.starts_with("exporting")) continue;
      ++steps_done_;
      if (vertex.cached()) ++steps_cached_;
      if (vertex.cached() && on_line_) on_line_(step.name + ": cached");
    }
  }
  for (const auto& log : status.logs()) AddOutput(steps_[log.vertex()], log.msg());
}

void BuildProgress::Finish() {
  for (auto& [digest, step] : steps_) {
    if (!step.open_line.empty()) AddOutput(step, "\n");
  }
}

const BuildProgress::Step* BuildProgress::Failed() const {
  const Step* failed = nullptr;
  for (const auto& [digest, step] : steps_) {
    // A step that only ended because another failed says so.
    if (step.error.empty() || Holds(step.error, "context canceled")) continue;
    if (failed == nullptr || !step.last_lines.empty()) failed = &step;
  }
  return failed;
}

Error BuildProgress::Failure(const std::string& service, std::string_view message) const {
  const auto exit_code = ExitCodeIn(message);
  // That of the engine's disk is no fault of the source.
  const auto code = Holds(message, kDiskFull) ? Code::kResourceExhausted : Code::kFailedPrecondition;
  Error error{code, "build of " + service, ToUtf8(message), {}, HintFor(exit_code, message)};
  if (const Step* step = Failed()) {
    error.evidence.assign(step->last_lines.begin(), step->last_lines.end());
    if (exit_code) {
      const bool killed = *exit_code == kKilled;
      error.cause = step->name + " ended with " + std::to_string(*exit_code) + (killed ? " (killed)" : "");
    } else if (!IsInternal(step->name) && !Holds(error.cause, step->name)) {
      error.cause = step->name + ": " + error.cause;
    }
  }
  return error;
}

}  // namespace edm::worker
