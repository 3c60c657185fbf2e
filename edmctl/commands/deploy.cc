#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include "common/base/text.h"
#include "common/core/spec/app_spec.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/chosen_target.h"
#include "edmctl/commands/local_judgement.h"
#include "edmctl/commands/operation_flow.h"
#include "edmctl/commands/replicas.h"
#include "edmctl/commands/upload.h"
#include "edmctl/commands/variables.h"
#include "edmctl/commands/wishes.h"
#include "edmctl/output/report.h"
#include "edmctl/source/compose_needs.h"
#include "edmctl/source/instance_name.h"

namespace edm::ctl {
namespace {

// What one `edmctl deploy` is about to do.
struct Plan {
  std::string folder;  // or
  std::string git_url;
  Target target;
  std::string free_id;  // what it may be called when its name is taken
  Scan scan;
  Environment environment;
  v1::Until::Value until = v1::Until::RUNNING;
  bool exists = false;
  v1::InstanceSpec spec;       // as it exists
  std::uint32_t replicas = 0;  // asked for, or what edm.yaml says; 0: neither
};

Result<v1::Until::Value> UntilOf(const Arguments& args) {
  const auto text = Folded(args.Text("until"));
  if (text.empty() || text == "running") return v1::Until::RUNNING;
  if (text == "built") return v1::Until::BUILT;
  if (text == "source") return v1::Until::SOURCE;
  return UsageError("--until " + Shown(text) + ": there is no such step", "source, built or running");
}

Status ChooseFor(Invocation& invocation, Plan& plan, const Folders& folders, const Context& context) {
  EDM_TRY(auto chosen,
          TargetOf(invocation, plan.git_url.empty() ? plan.folder : plan.git_url, folders, context));
  plan.target = std::move(chosen.target);
  plan.free_id = std::move(chosen.free_id);
  return Ok();
}

// Whether the instance is there, which decides between create and update.
Status LookUp(MasterClient& master, Plan& plan) {
  v1::GetInstanceRequest request;
  request.set_id(plan.target.id);
  const auto found = master.Call<v1::Instance>("GetInstance", request);
  if (!found.ok() && found.error().code != Code::kNotFound) return found.error();
  plan.exists = found.ok();
  if (plan.exists) plan.spec = found->spec();
  if (plan.exists && plan.target.must_be_new) {
    return AlreadyThere(plan.target.id, plan.free_id, plan.git_url.empty() ? plan.folder : plan.git_url);
  }
  return Ok();
}

Status ApplyEnvironment(MasterClient& master, const Plan& plan) {
  if (!plan.exists || plan.environment.empty()) return Ok();
  v1::UpdateInstanceRequest request;
  request.set_id(plan.target.id);
  request.mutable_environment()->insert(plan.environment.begin(), plan.environment.end());
  auto updated = master.Call<v1::Instance>("UpdateInstance", request);
  if (!updated.ok()) return std::move(updated).error();
  return Ok();
}

// The operation itself makes the instance, so that it goes again when no source comes.
template <class Request>
Status SetCreation(const Invocation& invocation, const Plan& plan, Request& request) {
  request.set_create(true);
  request.set_owner(invocation.args.Text("owner"));
  request.set_project(invocation.args.Text("project"));
  if (plan.exists) return Ok();
  request.mutable_environment()->insert(plan.environment.begin(), plan.environment.end());
  ApplyReplicas(invocation.args, plan.replicas, *request.mutable_spec());
  return HasWishes(invocation.args) ? ApplyWishes(invocation.args, *request.mutable_spec()) : Ok();
}

// Of one that is there a deploy does not change it.
Status CheckReplicasOf(const Invocation& invocation, const Plan& plan) {
  if (plan.exists && invocation.args.Has("on-each-worker") && !plan.spec.on_each_worker()) {
    return UsageError("instance " + plan.target.id + " is there already, without a member on each worker",
                      "deploy another one: edmctl deploy --id NAME --on-each-worker");
  }
  if (plan.spec.on_each_worker()) return Ok();
  if (!plan.exists || plan.replicas == 0 || plan.replicas == plan.spec.replicas()) return Ok();
  const auto members = std::to_string(plan.replicas);
  const auto hint = plan.spec.replicas() == 0
                        ? "deploy another one: edmctl deploy --id NAME --replicas " + members
                        : "edmctl scale " + plan.target.id + " " + members;
  const auto cause = fmt::format(
      "instance {} is there already, with {}", plan.target.id,
      plan.spec.replicas() == 0 ? "no members of its own" : Counted(plan.spec.replicas(), "member"));
  if (invocation.args.Has("replicas")) return UsageError(cause, hint);
  invocation.Warn(
      fmt::format("{}: {}, and {} says {}; {}", plan.target.id, cause, kAppSpecFile, members, hint));
  return Ok();
}

// Of one that is there they may only be said again.
Status CheckWishesOf(const Arguments& args, const Plan& plan) {
  if (!plan.exists) return Ok();
  auto wanted = plan.spec;
  EDM_CHECK(ApplyWishes(args, wanted));
  if (google::protobuf::util::MessageDifferencer::Equivalent(wanted, plan.spec)) return Ok();
  return UsageError("instance " + plan.target.id +
                        " is there already: what it asks of its worker is not changed by a deploy",
                    "edmctl set " + plan.target.id + ", then deploy");
}

template <class Request>
void SetPlacementPlan(const Invocation& invocation, Request& request) {
  request.set_plan_revision(invocation.args.Text("plan"));
  request.set_require_plan(invocation.args.Has("require-plan"));
}

Result<v1::Operation> SendGit(Invocation& invocation, MasterClient& master, const Plan& plan) {
  v1::DeployInstanceRequest request;
  request.set_id(plan.target.id);
  request.set_git_url(plan.git_url);
  request.set_ref(invocation.args.Text("ref"));
  request.set_until(plan.until);
  request.set_no_cache(invocation.args.Has("no-cache"));
  if (!plan.git_url.empty()) EDM_CHECK(SetCreation(invocation, plan, request));
  SetPlacementPlan(invocation, request);
  EDM_CHECK(SetTimeout(invocation, request));
  return master.Call<v1::Operation>("DeployInstance", request);
}

Result<v1::Operation> SendFolder(Invocation& invocation, MasterClient& master, const Plan& plan) {
  const bool no_cache = invocation.args.Has("no-cache");
  v1::UploadSourceRequest first;
  first.set_id(plan.target.id);
  first.set_until(no_cache ? v1::Until::SOURCE : plan.until);
  first.set_message(invocation.args.Text("message"));
  EDM_CHECK(SetCreation(invocation, plan, first));
  if (!no_cache) SetPlacementPlan(invocation, first);
  first.set_request_id(NewRequestId());
  EDM_CHECK(SetTimeout(invocation, first));
  v1::Operation operation;
  EDM_CHECK(Upload(invocation, "UploadSource", first, plan.folder, plan.scan, operation));
  if (!no_cache || plan.until == v1::Until::SOURCE) return operation;
  v1::WaitOperationRequest wait;
  wait.set_id(operation.id());
  EDM_TRY(operation, master.Call<v1::Operation>("WaitOperation", wait, Millis(70'000)));
  if (operation.state() != v1::Operation::DONE) return operation;  // watching it shows why
  auto whole = plan;
  whole.git_url.clear();
  return SendGit(invocation, master, whole);
}

std::string HeaderOf(const Invocation& invocation, const Plan& plan, const Context& context,
                     const std::string& operation) {
  const auto* arrow = SymbolsFor(invocation.terminal).arrow;
  auto what = plan.git_url;
  if (what.empty()) {
    what = fmt::format("{}, {}", Counted(plan.scan.Count(), "file"), FormatBytes(plan.scan.bytes));
    if (!plan.scan.ignored.empty()) what += fmt::format(" ({} ignored)", plan.scan.ignored.size());
  }
  const auto where = context.name.empty() ? context.master : "context " + context.name;
  return fmt::format("{}: {} {} {}, {}\n", plan.target.id, what, arrow, where, operation);
}

Result<int> DryRun(const Invocation& invocation, const Plan& plan) {
  for (const auto& file : plan.scan.files) invocation.Out(file.path + "\n");
  for (const auto& path : plan.scan.ignored) invocation.Note("ignored: " + path);
  invocation.Note(fmt::format("{}: {}, {} would be uploaded, {} left out by {}; nothing was sent",
                              plan.target.id, Counted(plan.scan.Count(), "file"),
                              FormatBytes(plan.scan.bytes), plan.scan.ignored.size(),
                              plan.scan.decided_by.empty() ? "nothing" : plan.scan.decided_by));
  if (plan.folder.empty()) return kExitDone;
  EDM_TRY(const auto judged, JudgeHere(plan.folder, plan.target.id, plan.environment));
  for (const auto& warning : judged.warnings) invocation.Warn(ToString(warning));
  invocation.Note(judged.source + ": " + Counted(judged.services.size(), "service") + ", nothing refused");
  return kExitDone;
}

Result<Plan> MakePlan(Invocation& invocation) {
  Plan plan;
  const auto target = invocation.args.Text("target");
  EDM_TRY(plan.until, UntilOf(invocation.args));
  EDM_TRY(plan.environment, GatherEnvironment(invocation.args.All("env-file"), invocation.args.All("env"),
                                              invocation.variables));
  if (LooksLikeGitUrl(target)) {
    plan.git_url = target;
    EDM_CHECK(CheckGitUrl(target));
    EDM_TRY(plan.replicas, ReplicasWanted(invocation.args, ""));
    return plan;
  }
  if (invocation.args.Has("ref"))
    return UsageError("--ref belongs to a git URL, and none was given", "edmctl deploy GIT_URL --ref REF");
  EDM_TRY(plan.folder, FolderOf(target));
  EDM_TRY(plan.scan, ScanFolder(plan.folder));
  if (plan.scan.files.empty()) {
    return Error{Code::kInvalidArgument,
                 plan.folder,
                 "holds no files to deploy",
                 {},
                 "edmctl init writes an edm.yaml to begin with"};
  }
  EDM_TRY(plan.replicas, ReplicasWanted(invocation.args, plan.folder));
  for (const auto& sentence : IgnoredNeeds(plan.folder, plan.scan)) invocation.Warn(sentence);
  return plan;
}

Result<int> Deploy(Invocation& invocation) {
  EDM_TRY(auto plan, MakePlan(invocation));
  EDM_TRY(auto folders, Folders::Load(invocation.paths.folders));
  const bool dry = invocation.args.Has("dry-run");
  const auto context = invocation.CurrentContext();
  if (!context.ok() && !dry) return context.error();
  EDM_CHECK(ChooseFor(invocation, plan, folders, context.ok() ? **context : Context{}));
  if (dry) return DryRun(invocation, plan);
  EDM_TRY(auto* master, invocation.Master());
  EDM_CHECK(LookUp(*master, plan));
  EDM_CHECK(CheckWishesOf(invocation.args, plan));
  EDM_CHECK(CheckReplicasOf(invocation, plan));
  EDM_CHECK(ApplyEnvironment(*master, plan));
  EDM_TRY(const auto operation,
          plan.git_url.empty() ? SendFolder(invocation, *master, plan) : SendGit(invocation, *master, plan));
  folders.Remember((*context)->name, plan.git_url.empty() ? plan.folder : plan.git_url, plan.target.id);
  if (const auto saved = folders.Save(invocation.paths.folders, invocation.paths.owner); !saved.ok())
    invocation.Warn(ToString(saved.error()));
  if (invocation.mode == Mode::kHuman) invocation.Out(HeaderOf(invocation, plan, **context, operation.id()));
  return SeeThrough(invocation, operation);
}

}  // namespace

std::vector<Command> DeployCommands() {
  Command deploy{"deploy",
                 "a folder or git URL becomes a running instance",
                 {{"target", Operand::Count::kOptional}},
                 {{"--id", "ID", "the instance (default: the one of this folder, or the folder's name)"},
                  {"--until", "STEP", "stop after source or built (default: running)"},
                  {"-e,--env", "KEY=VALUE", "a variable for all services; KEY alone takes yours", true},
                  {"--env-file", "FILE", "variables, one a line", true},
                  {"--ref", "REF", "branch, tag or commit of a git URL"},
                  {"-m,--message", "TEXT", "kept with the commit"},
                  {"--owner", "NAME", "of a new instance"},
                  {"--project", "NAME", "of a new instance"},
                  {"--no-cache", "", "build everything anew"},
                  {"--plan", "REVISION", "of edmctl plan: says when the placement differs from it"},
                  {"--require-plan", "", "and then does not deploy"},
                  {"--dry-run", "", "only list what would be uploaded"}},
                 Deploy};
  for (auto& option : ReplicaOptions()) deploy.options.push_back(std::move(option));
  for (auto& option : WishOptions()) deploy.options.push_back(std::move(option));
  for (auto& option : WorkOptions()) deploy.options.push_back(std::move(option));
  return {deploy};
}

}  // namespace edm::ctl
