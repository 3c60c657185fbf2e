#include "worker/adapters/docker/compose_create.h"

#include <algorithm>
#include <deque>

#include "common/base/text.h"
#include "worker/adapters/docker/engine_error.h"
#include "worker/adapters/docker/listing.h"
#include "worker/adapters/docker/staged_file.h"

namespace edm::worker {
namespace {

constexpr std::size_t kLinesKeptMax = 50;
constexpr std::size_t kForeignShownMax = 5;

Status RefuseForeign(const EngineApi& api, const std::string& instance) {
  EDM_TRY(auto foreign, ListForeign(api, instance));
  if (foreign.empty()) return Ok();
  const auto count = foreign.size();
  foreign.resize(std::min(count, kForeignShownMax));
  return Error{Code::kFailedPrecondition, "instance " + instance,
               "a compose project of somebody else has this name (" + Counted(count, "object") + ")",
               std::move(foreign), "choose another id, or remove that project yourself"};
}

ProcessSpec SpecFor(const EngineApi& api, const std::string& staging, const UpRequest& request,
                    const std::string& file) {
  ProcessSpec spec;
  spec.argv = {"docker-compose",
               "--ansi",
               "never",
               "--progress",
               "plain",
               "-p",
               request.instance,
               "-f",
               file,
               "--project-directory",
               request.directory,
               "up",
               "--no-start",
               "--no-build",
               "--remove-orphans"};
  // Nothing of ours gets in: no variable to fill in, no credential, no context of the user that runs us.
  spec.environment = {{"DOCKER_HOST", api.endpoint()},
                      {"PATH", kProgramPath},
                      {"HOME", staging},
                      {"COMPOSE_PARALLEL_LIMIT", "8"},
                      {"COMPOSE_DISABLE_ENV_FILE", "1"}};
  spec.deadline = request.deadline;
  return spec;
}

// "web Error pull access denied": what compose says of the service that it could not prepare.
std::string FailedService(const std::vector<std::string>& lines) {
  constexpr std::string_view kSaid = " Error ";
  for (const auto& line : lines) {
    const auto text = Trim(line);
    const auto at = text.find(kSaid);
    if (at != std::string_view::npos && text.substr(0, at).find(' ') == std::string_view::npos) {
      return std::string(text.substr(0, at));
    }
  }
  return {};
}

bool IsWarning(std::string_view line) { return line.find("level=warning") != std::string_view::npos; }

}  // namespace

Error ComposeError(const std::string& instance, int exit_code, const std::vector<std::string>& lines) {
  const auto service = FailedService(lines);
  const auto object = service.empty() ? "instance " + instance : "service " + instance + "/" + service;
  std::string cause;
  for (const auto& line : lines) {
    if (!IsWarning(line) && !Trim(line).empty()) cause = std::string(Trim(line));
  }
  constexpr std::string_view kEngineSaid = "Error response from daemon: ";
  if (const auto at = cause.find(kEngineSaid); at != std::string::npos) {
    auto error = EngineError(kServerError, cause.substr(at + kEngineSaid.size()), object);
    error.evidence = lines;
    return error;
  }
  if (cause.empty()) cause = "compose ended with " + std::to_string(exit_code) + " and said nothing";
  return {Code::kInternal, object, cause, lines, "see the lines above; the engine's log tells more"};
}

Status CreateProject(const EngineApi& api, ProcessRunner& processes, const std::string& staging,
                     const UpRequest& request, const std::function<void(std::string_view)>& on_line,
                     std::stop_token stop) {
  EDM_CHECK(RefuseForeign(api, request.instance));
  EDM_TRY(const StagedFile file,
          StagedFile::Write(staging, request.instance + ".compose", request.compose_json));
  std::deque<std::string> last;
  EDM_TRY(const ProcessEnd end, processes.Run(
                                    SpecFor(api, staging, request, file.path()),
                                    [&](OutputStream, std::string_view line) {
                                      last.emplace_back(ToUtf8(Trim(line)));
                                      if (last.size() > kLinesKeptMax) last.pop_front();
                                      if (on_line) on_line(last.back());
                                    },
                                    stop));
  if (end.cancelled)
    return Error{Code::kCancelled, "instance " + request.instance, "cancelled while it was created"};
  std::vector<std::string> lines(last.begin(), last.end());
  if (end.deadline_met) {
    return Error{Code::kDeadlineExceeded, "instance " + request.instance,
                 "not created in " + FormatDuration(request.deadline), std::move(lines),
                 "an image may be slow to pull: allow more time"};
  }
  if (!end.succeeded()) {
    EDM_CHECK(api.Ping(kPingDeadline));
    return ComposeError(request.instance, end.exit_code, lines);
  }
  return Ok();
}

}  // namespace edm::worker
