#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/why_screen.h"

namespace edm::ctl {
namespace {

Result<std::optional<v1::Operation>> LastOperation(MasterClient& master, const v1::Instance& instance) {
  v1::GetOperationRequest last;
  last.set_id(instance.status().operation());
  if (last.id().empty()) return std::optional<v1::Operation>();
  auto operation = master.Call<v1::Operation>("GetOperation", last);
  if (operation.ok()) return std::optional(std::move(operation).value());
  if (operation.error().code == Code::kNotFound) return std::optional<v1::Operation>();
  return operation.error();
}

// Without an answer what was recorded is shown.
std::optional<v1::PlacementPlan> PlanNow(MasterClient& master, const std::string& id) {
  v1::PlanPlacementRequest request;
  request.set_id(id);
  auto plan = master.Call<v1::PlacementPlan>("PlanPlacement", request);
  if (!plan.ok()) return std::nullopt;
  return std::move(plan).value();
}

Result<int> Why(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  WhyFacts facts;
  v1::GetInstanceRequest request;
  request.set_id(id);
  EDM_TRY(facts.instance, master->Call<v1::Instance>("GetInstance", request));
  EDM_TRY(facts.operation, LastOperation(*master, facts.instance));
  if (invocation.json()) {
    invocation.Print(facts.instance);
    if (facts.operation) invocation.Print(*facts.operation);
    return kExitDone;
  }
  facts.now = PlanNow(*master, id);
  invocation.Out(RenderWhy(invocation.terminal, facts, WallNow()));
  return kExitDone;
}

}  // namespace

std::vector<Command> WhyCommands() {
  return {
      {"why", "why an instance is as it is, and where it is", {{"id", Operand::Count::kOptional}}, {}, Why}};
}

}  // namespace edm::ctl
