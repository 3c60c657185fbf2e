#include <unistd.h>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/files.h"
#include "edmctl/os/program.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr Millis kGitDeadline{10'000};

Result<ProgramEnd> RunGit(std::vector<std::string> words) {
  words.insert(words.begin(), "git");
  return RunProgram(words, kGitDeadline);
}

Status Git(const std::vector<std::string>& words) {
  EDM_TRY(const auto end, RunGit(words));
  if (end.code == 0) return Ok();
  return Error{Code::kFailedPrecondition,
               "git " + words[0],
               std::string(Trim(end.output)),
               {},
               "mend that, then try again"};
}

Status CheckRepository() {
  EDM_TRY(const auto end, RunGit({"rev-parse", "--git-dir"}));
  if (end.code == 0) return Ok();
  return Error{Code::kFailedPrecondition,
               "the working folder",
               "is in no git repository",
               {std::string(Trim(end.output))},
               "git init -b main makes it one"};
}

// Whether there is such a remote with that URL. Error kAlreadyExists: with another one.
Result<bool> HasRemote(const std::string& name, const std::string& url) {
  EDM_TRY(const auto end, RunGit({"config", "--get", "remote." + name + ".url"}));
  if (end.code != 0) return false;
  if (Trim(end.output) == url) return true;
  return Error{Code::kAlreadyExists,
               "git remote " + Shown(name),
               "is there already, for " + std::string(Trim(end.output)),
               {},
               "give another --name, or first: git remote remove " + Shown(name)};
}

// What was uploaded, or pushed from elsewhere, is not in this repository: git will refuse a plain push.
bool IsBehind(const std::string& commit) {
  if (commit.empty()) return false;
  const auto end = RunGit({"merge-base", "--is-ancestor", commit, "HEAD"});
  return end.ok() && end->code != 0;
}

std::string OwnPath() {
  char path[4096];
  const auto size = readlink("/proc/self/exe", path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : "edmctl";
}

// git gives a helper that begins with ! to a shell, as one line.
std::string QuotedForGit(const std::string& path) {
  std::string quoted = "'";
  for (const char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// git asks edmctl for the token whenever it talks with this master, believes its CA, and looks for no proxy
// on the way to this very machine.
Status TeachGit(const Invocation& invocation, const Context& context) {
  const auto section = "credential." + context.http + ".";
  auto helper = "!" + QuotedForGit(OwnPath()) + " git-credential --url " + context.http;
  if (!context.name.empty()) helper += " --context " + context.name;
  EDM_CHECK(Git({"config", "--replace-all", section + "helper", helper}));
  if (IsLoopback(context.master)) {
    EDM_CHECK(Git({"config", "--replace-all", "http." + context.http + ".proxy", ""}));
  }
  if (context.ca.empty()) return Ok();
  const auto folder = invocation.paths.contexts.substr(0, invocation.paths.contexts.rfind('/'));
  const auto file = folder + "/ca-" + context.fingerprint.substr(0, 16) + ".pem";
  EDM_CHECK(WriteFile(file, context.ca, 0644, invocation.paths.owner));
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

Result<int> AddRemote(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_CHECK(CheckRepository());  // before anything is made on the master
  EDM_TRY(const auto* current, invocation.CurrentContext());
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto version, master->Call<v1::Version>("GetVersion", google::protobuf::Empty()));
  auto reached = *current;
  reached.http = HttpTold(reached, version.http_url());
  const auto* context = &reached;
  EDM_TRY(const auto instance, FindOrMake(*master, id));
  const auto url = context->http + "/git/" + instance.owner() + "/" + id + ".git";
  const auto name = invocation.args.Has("name") ? invocation.args.Text("name") : "edm";
  EDM_TRY(const bool has_it, HasRemote(name, url));
  if (!has_it) EDM_CHECK(Git({"remote", "add", "--", name, url}));
  EDM_CHECK(TeachGit(invocation, *context));
  const auto branch = instance.spec().branch().empty() ? "main" : instance.spec().branch();
  invocation.Note(name + ": " + url);
  const auto push = name + " HEAD:" + branch;
  if (const auto& held = instance.status().source().commit(); IsBehind(held)) {
    invocation.Note(id + " holds " + held.substr(0, kShortCommit) +
                    ", which is not in this repository: git push --force " + push + " replaces it");
  } else {
    invocation.Note("git push " + push + " deploys");
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> RemoteCommands() {
  return {{"remote add",
           "make an instance a git remote: a push deploys",
           {{"id", Operand::Count::kOptional}},
           {{"--name", "NAME", "of the remote (default edm)"}},
           AddRemote}};
}

}  // namespace edm::ctl
