#include <fmt/format.h>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/progress.h"
#include "edmctl/output/report.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

std::string PlacementLines(const v1::Placement& placement) {
  if (placement.worker().empty() && placement.candidates().empty()) return {};
  auto text = "placed on " + (placement.worker().empty() ? "no worker" : placement.worker());
  if (!placement.reason().empty()) text += ": " + placement.reason();
  text += "\n";
  for (const auto& candidate : placement.candidates()) {
    if (candidate.worker() == placement.worker()) continue;
    const std::vector<std::string> reasons(candidate.reasons().begin(), candidate.reasons().end());
    auto why = Harmless(Join(reasons, ", "));
    if (!why.starts_with("load ")) why += fmt::format(" (load {:.2f})", candidate.load());
    text += "  not " + Harmless(candidate.worker()) + ": " + why + "\n";
  }
  return text;
}

std::string OperationLines(const Terminal& terminal, const v1::Operation& operation) {
  auto text = operation.id() + ": " + KindOf(operation) + ", " + StateOf(operation);
  if (!operation.actor().empty()) text += ", asked by " + operation.actor();
  text += "\n";
  for (const auto& step : operation.steps()) text += RenderStep(terminal, step, WallNow());
  const bool over =
      operation.state() != v1::Operation::PENDING && operation.state() != v1::Operation::RUNNING;
  return over ? text + RenderOutcome(terminal, operation) : text;
}

Result<int> Why(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  v1::GetInstanceRequest request;
  request.set_id(id);
  EDM_TRY(const auto instance, master->Call<v1::Instance>("GetInstance", request));
  v1::GetOperationRequest last;
  last.set_id(instance.status().operation());
  const auto operation = last.id().empty() ? Result<v1::Operation>(Error{Code::kNotFound, "", "", {}, ""})
                                           : master->Call<v1::Operation>("GetOperation", last);
  if (!operation.ok() && operation.error().code != Code::kNotFound) return operation.error();
  if (invocation.json()) {
    invocation.Print(instance);
    if (operation.ok()) invocation.Print(*operation);
    return kExitDone;
  }
  auto text = id + " is " + StateOf(instance);
  if (instance.status().desired() != v1::InstanceStatus::NOTHING) {
    text += "; wanted: " + Folded(v1::InstanceStatus::Desired_Name(instance.status().desired()));
  }
  text += "\n" + PlacementLines(instance.status().placement());
  if (operation.ok()) text += OperationLines(invocation.terminal, *operation);
  const bool told = operation.ok() && operation->has_failure();
  if (!told && instance.status().has_failure() && !instance.status().failure().cause().empty()) {
    text += RenderError(invocation.terminal, ToError(instance.status().failure()));
  }
  invocation.Out(text);
  return kExitDone;
}

}  // namespace

std::vector<Command> WhyCommands() {
  return {
      {"why", "why an instance is as it is, and where it is", {{"id", Operand::Count::kOptional}}, {}, Why}};
}

}  // namespace edm::ctl
