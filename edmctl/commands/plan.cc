#include <filesystem>

#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/chosen_target.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/commands/replicas.h"
#include "edmctl/commands/wishes.h"
#include "edmctl/output/placement.h"
#include "edmctl/output/report.h"
#include "edmctl/source/instance_name.h"

namespace edm::ctl {
namespace {

struct What {
  ChosenTarget chosen;
  std::string folder;  // that it is or would be made of; "": it is not of one
};

// What is to be placed: an instance, or what a folder or git URL is or would become.
Result<What> WhatOf(Invocation& invocation) {
  const auto target = invocation.args.Text("target");
  std::error_code failure;
  const bool is_place =
      target.empty() || LooksLikeGitUrl(target) || std::filesystem::is_directory(target, failure);
  if (!is_place) {
    EDM_CHECK(CheckInstanceId(target));
    return What{ChosenTarget{{target, false}, ""}, ""};
  }
  auto place = target;
  if (!LooksLikeGitUrl(target)) {
    EDM_TRY(place, FolderOf(target));
  }
  EDM_TRY(const auto folders, Folders::Load(invocation.paths.folders));
  EDM_TRY(const auto* context, invocation.CurrentContext());
  EDM_TRY(auto chosen, TargetOf(invocation, place, folders, *context));
  return What{std::move(chosen), LooksLikeGitUrl(target) ? "" : place};
}

// What it says of its worker, with what was given here laid over it.
Status SetWishes(const Invocation& invocation, const Result<v1::Instance>& there, const std::string& folder,
                 v1::PlanPlacementRequest& request) {
  const auto& args = invocation.args;
  // What edm.yaml says counts when the instance is made.
  EDM_TRY(const auto replicas, ReplicasWanted(args, there.ok() ? "" : folder));
  const bool asks = replicas != 0 || args.Has("on-each-worker") || HasWishes(args);
  if (!asks) return Ok();
  auto& spec = *request.mutable_spec();
  if (there.ok()) spec = there->spec();
  ApplyReplicas(args, replicas, spec);
  return ApplyWishes(args, spec);
}

Result<int> Plan(Invocation& invocation) {
  v1::PlanPlacementRequest request;
  EDM_TRY(const auto found, WhatOf(invocation));
  const auto& what = found.chosen;
  const auto& id = what.target.id;
  request.set_id(id);
  request.set_owner(invocation.args.Text("owner"));
  request.set_project(invocation.args.Text("project"));
  EDM_TRY(auto* master, invocation.Master());
  v1::GetInstanceRequest get;
  get.set_id(id);
  const auto there = master->Call<v1::Instance>("GetInstance", get);
  if (!there.ok() && there.error().code != Code::kNotFound) return there.error();
  if (there.ok() && what.target.must_be_new)
    return AlreadyThere(id, what.free_id, invocation.args.Text("target"));
  EDM_CHECK(SetWishes(invocation, there, found.folder, request));
  EDM_TRY(const auto plan, master->Call<v1::PlacementPlan>("PlanPlacement", request));
  if (invocation.json()) {
    invocation.Print(plan);
  } else {
    invocation.Out(invocation.quiet() ? plan.revision() + "\n" : RenderPlan(invocation.terminal, id, plan));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> PlanCommands() {
  Command plan{"plan",
               "where an instance would be placed, and why",
               {{"target", Operand::Count::kOptional}},
               {{"--id", "ID", "the instance (default: the one of this folder, or the folder's name)"},
                {"--owner", "NAME", "of a new instance"},
                {"--project", "NAME", "of a new instance"}},
               Plan};
  for (auto& option : ReplicaOptions()) plan.options.push_back(std::move(option));
  for (auto& option : WishOptions()) plan.options.push_back(std::move(option));
  return {plan};
}

}  // namespace edm::ctl
