#include <unistd.h>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/files.h"
#include "edmctl/os/program.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

constexpr Millis kGitDeadline{10'000};

Status Git(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {"git"};
  argv.insert(argv.end(), words.begin(), words.end());
  EDM_TRY(const auto end, RunProgram(argv, kGitDeadline));
  if (end.code == 0) return Ok();
  const bool exists = end.output.find("already exists") != std::string::npos;
  return Error{
      exists ? Code::kAlreadyExists : Code::kFailedPrecondition,
      "git " + words[0],
      std::string(Trim(end.output)),
      {},
      exists ? "give another --name, or git remote remove it first" : "run this inside the git repository"};
}

std::string OwnPath() {
  char path[4096];
  const auto size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : "edmctl";
}

// git asks edmctl for the token whenever it talks with this master, and believes its CA.
Status TeachGit(const Invocation& invocation, const Context& context) {
  const auto section = "credential." + context.http + ".";
  auto helper = OwnPath() + " git-credential --url " + context.http;
  if (!context.name.empty()) helper += " --context " + context.name;
  EDM_CHECK(Git({"config", "--replace-all", section + "helper", helper}));
  if (context.ca.empty()) return Ok();
  const auto folder = invocation.paths.contexts.substr(0, invocation.paths.contexts.rfind('/'));
  const auto file = folder + "/ca-" + context.fingerprint.substr(0, 16) + ".pem";
  EDM_CHECK(WriteFile(file, context.ca, 0644));
  return Git({"config", "--replace-all", "http." + context.http + ".sslCAInfo", file});
}

// An instance that is not there yet is made: its first push brings the source.
Result<v1::Instance> FindOrMake(MasterClient& master, const std::string& id) {
  v1::GetInstanceRequest request;
  request.set_id(id);
  auto found = master.Call<v1::Instance>("GetInstance", request);
  if (found.ok() || found.error().code != Code::kNotFound) return found;
  v1::CreateInstanceRequest create;
  create.set_id(id);
  return master.Call<v1::Instance>("CreateInstance", create);
}

Result<int> Add(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(const auto* current, invocation.CurrentContext());
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto version, master->Call<v1::Version>("GetVersion", google::protobuf::Empty()));
  auto reached = *current;
  reached.http = HttpTold(reached, version.http_url());
  const auto* context = &reached;
  EDM_TRY(const auto instance, FindOrMake(*master, id));
  const auto url = context->http + "/git/" + instance.owner() + "/" + id + ".git";
  const auto name = invocation.args.Has("name") ? invocation.args.Text("name") : "edm";
  EDM_CHECK(Git({"remote", "add", "--", name, url}));
  EDM_CHECK(TeachGit(invocation, *context));
  const auto branch = instance.spec().branch().empty() ? "main" : instance.spec().branch();
  invocation.Note(name + ": " + url);
  invocation.Note("git push " + name + " HEAD:" + branch + " deploys");
  return kExitDone;
}

}  // namespace

std::vector<Command> RemoteCommands() {
  return {{"remote add",
           "make an instance a git remote: a push deploys",
           {{"id", Operand::Count::kOptional}},
           {{"--name", "NAME", "of the remote (default edm)"}},
           Add}};
}

}  // namespace edm::ctl
