#include <unistd.h>

#include <filesystem>
#include <optional>

#include "common/core/spec/app_spec.h"
#include "common/model/names.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/files.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBaseImage = "busybox:1";

constexpr const char* kCompose = R"(# One service. A port without a host port gets one from edm, and keeps it.
services:
  web:
    build: .
    ports: ["8000"]
    stop_grace_period: 1s  # busybox's httpd does not heed SIGTERM
)";

constexpr const char* kPage = "<!doctype html>\n<title>edm</title>\n<h1>It runs.</h1>\n";

std::string DockerfileFor(const std::string& base) {
  return "FROM " + base +
         "\nCOPY index.html /www/index.html\nEXPOSE 8000\n"
         "CMD [\"/bin/busybox\", \"httpd\", \"-fv\", \"-p\", \"8000\", \"-h\", \"/www\"]\n";
}

bool HasWhatToRun(const std::string& folder) {
  for (const auto* name :
       {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml", "Dockerfile"}) {
    if (access((folder + "/" + name).c_str(), F_OK) == 0) return true;
  }
  return false;
}

Status WriteNew(const Invocation& invocation, const std::string& folder, const std::string& name,
                const std::string& text) {
  const auto path = folder + "/" + name;
  if (access(path.c_str(), F_OK) == 0) {
    return Error{Code::kAlreadyExists, path, "is there already", {}, "change it, or remove it first"};
  }
  EDM_CHECK(WriteFile(path, text, 0644, invocation.paths.owner));
  invocation.Note("wrote " + name);
  return Ok();
}

Result<int> Init(Invocation& invocation) {
  const auto given = invocation.args.Has("folder") ? invocation.args.Text("folder") : ".";
  std::error_code failure;
  const auto folder = fs::canonical(given, failure).string();
  if (failure)
    return Error{
        Code::kNotFound, Shown(given), "is no folder here", {}, "make it, or see whether the path is right"};
  if (!HasWhatToRun(folder)) {
    const auto base = invocation.args.Has("base") ? invocation.args.Text("base") : kBaseImage;
    EDM_CHECK(WriteNew(invocation, folder, "compose.yaml", kCompose));
    EDM_CHECK(WriteNew(invocation, folder, "Dockerfile", DockerfileFor(base)));
    if (!invocation.args.Has("base")) {
      invocation.Note("  its base image " + base +
                      " is pulled from a registry; where none can be reached, change FROM");
      invocation.Note(
          "  to an image that `docker images` lists there, or begin with: edmctl init --base IMAGE");
    }
    if (access((folder + "/index.html").c_str(), F_OK) != 0) {
      EDM_CHECK(WriteNew(invocation, folder, "index.html", kPage));
    }
  }
  EDM_CHECK(WriteNew(invocation, folder, std::string(kAppSpecFile), std::string(AppSpecSample())));
  invocation.Note("to judge it: edmctl validate; to run it: edmctl deploy");
  return kExitDone;
}

}  // namespace

std::vector<Command> InitCommands() {
  return {{"init",
           "write an edm.yaml to begin with",
           {{"folder", Operand::Count::kOptional}},
           {{"--base", "IMAGE", "of the Dockerfile that is written where there is nothing to run"}},
           Init}};
}

}  // namespace edm::ctl
