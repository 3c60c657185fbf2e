#include "common/adapters/compose/compose_config_resolver.h"

#include <unistd.h>

#include <vector>

#include "common/adapters/compose/scratch_folder.h"
#include "common/base/text.h"

namespace edm {
namespace {

constexpr std::size_t kOutputBytesMax = 8U << 20;
constexpr std::size_t kComplaintsMax = 20;  // lines
constexpr Seconds kCpu{10};
// Address space: the Go runtime reserves far more than it uses.
constexpr std::uint64_t kMemoryBytes = 3ULL << 30;

// What the program wrote. JSON has no line end inside a token, so that pieces of long lines join without one.
struct Output {
  std::string json;
  std::vector<std::string> complaints;
  bool is_too_large = false;

  void Take(OutputStream stream, std::string_view line) {
    if (stream == OutputStream::kStderr) {
      if (complaints.size() < kComplaintsMax) complaints.push_back(ToUtf8(line));
    } else if (json.size() + line.size() > kOutputBytesMax) {
      is_too_large = true;
    } else {
      json.append(line);
    }
  }
};

// The folder is ours and means nothing to anybody else.
void HideFolder(std::string& text, const std::string& folder) {
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    const bool has_slash = at + folder.size() < text.size() && text[at + folder.size()] == '/';
    text.erase(at, folder.size() + (has_slash ? 1 : 0));
  }
}

Error Complaint(const ProcessEnd& end, Output output, const std::string& file, const std::string& folder) {
  if (end.deadline_met || end.signal != 0) {
    return Error{Code::kResourceExhausted, file, "takes too much time or memory to resolve",
                 std::move(output.complaints), "make it smaller"};
  }
  for (auto& line : output.complaints) HideFolder(line, folder);
  auto cause = output.complaints.empty()
                   ? "compose refused it with exit code " + std::to_string(end.exit_code)
                   : "compose says: " + output.complaints.back();
  return Error{Code::kInvalidArgument, file, std::move(cause), std::move(output.complaints),
               "mend the compose file"};
}

}  // namespace

ComposeConfigResolver::ComposeConfigResolver(ProcessRunner& processes, Options options)
    : processes_(processes), options_(std::move(options)) {}

void ComposeConfigResolver::RemoveAbandoned() const { ScratchFolder::RemoveAbandoned(options_.scratch); }

Result<ResolvedConfig> ComposeConfigResolver::Resolve(const ConfigRequest& request) {
  const bool is_root = ::geteuid() == 0;
  EDM_TRY(const auto folder, ScratchFolder::Make(options_.scratch, request.files,
                                                 is_root ? std::optional(kNobody) : std::nullopt));
  ProcessSpec spec;
  spec.argv = {options_.program,
               "--project-name",
               request.project,
               "--file",
               folder.path() + "/" + request.main_file,
               "--env-file",
               "/dev/null",
               "--profile",
               "*",
               "config",
               "--format",
               "json"};
  spec.environment = {{"PATH", kProgramPath}, {"HOME", folder.path()}, {"LC_ALL", "C.UTF-8"}};
  spec.directory = folder.path();
  spec.limits.cpu = kCpu;
  spec.limits.memory_bytes = kMemoryBytes;
  if (is_root) spec.limits.user = kNobody;
  spec.deadline = options_.deadline;
  Output output;
  auto ended = processes_.Run(
      spec, [&](OutputStream stream, std::string_view line) { output.Take(stream, line); }, {});
  if (!ended.ok()) {
    return Error{Code::kFailedPrecondition, options_.program, "cannot be run: " + ended.error().cause,
                 ended.error().evidence, "install docker-compose 2.26 or later"};
  }
  if (!ended->succeeded()) return Complaint(*ended, std::move(output), request.main_file, folder.path());
  if (output.is_too_large) {
    return Error{Code::kResourceExhausted,
                 request.main_file,
                 "is larger than 8 MiB once resolved",
                 {},
                 "make it smaller"};
  }
  return ResolvedConfig{std::move(output.json), folder.path()};
}

}  // namespace edm
