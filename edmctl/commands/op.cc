#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/operation_flow.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

constexpr std::uint32_t kListedDefault = 20;  // operations

std::string Took(const v1::Operation& operation) {
  if (!operation.has_ended_at()) return Age(operation.created_at(), WallNow());
  return FormatDuration(Between(operation.created_at(), operation.ended_at()));
}

Result<int> ListOperations(Invocation& invocation) {
  v1::ListOperationsRequest request;
  request.set_instance(invocation.args.Text("id"));
  auto state = invocation.args.Text("state");
  for (auto& c : state) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  request.set_state(state);
  EDM_TRY(const auto number, invocation.args.Number("number"));
  request.set_page_size(number.value_or(kListedDefault));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto all, master->Call<v1::ListOperationsResponse>("ListOperations", request));
  if (invocation.json()) {
    invocation.Print(all);
    return kExitDone;
  }
  if (all.operations().empty()) invocation.Note("no operations");
  std::vector<Row> rows;
  for (const auto& operation : all.operations()) {
    if (invocation.quiet()) invocation.Out(operation.id() + "\n");
    rows.push_back({operation.id(), operation.instance(), KindOf(operation), StateOf(operation),
                    Took(operation), Age(operation.created_at(), WallNow()), operation.failure().cause()});
  }
  if (!invocation.quiet() && !rows.empty()) {
    invocation.Out(
        RenderTable(invocation.terminal, {"ID", "INSTANCE", "KIND", "STATE", "TOOK", "AGE", "CAUSE"}, rows));
  }
  return kExitDone;
}

Result<int> ShowOperation(Invocation& invocation) {
  v1::GetOperationRequest request;
  request.set_id(invocation.args.Text("operation"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto operation, master->Call<v1::Operation>("GetOperation", request));
  if (invocation.json()) {
    invocation.Print(operation);
    return kExitDone;
  }
  if (invocation.quiet()) {
    invocation.Out(StateOf(operation) + "\n");
    return kExitDone;
  }
  invocation.Out(operation.id() + ": " + KindOf(operation) + " of " + operation.instance() + " by " +
                 (operation.actor().empty() ? "nobody known" : operation.actor()) + ", " +
                 StateOf(operation) + "\n");
  for (const auto& step : operation.steps()) invocation.Out(RenderStep(invocation.terminal, step, WallNow()));
  const bool ended =
      operation.state() != v1::Operation::PENDING && operation.state() != v1::Operation::RUNNING;
  if (ended) invocation.Out(RenderOutcome(invocation.terminal, operation));
  return kExitDone;
}

Result<int> Watch(Invocation& invocation) {
  return WatchToTheEnd(invocation, invocation.args.Text("operation"));
}

Result<int> Cancel(Invocation& invocation) {
  v1::CancelOperationRequest request;
  request.set_id(invocation.args.Text("operation"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto operation, master->Call<v1::Operation>("CancelOperation", request));
  if (invocation.json()) {
    invocation.Print(operation);
  } else {
    invocation.Note(operation.id() + ": " + StateOf(operation));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> OpCommands() {
  return {{"op ls",
           "operations, newest first",
           {{"id", Operand::Count::kOptional}},
           {{"--state", "STATE", "only those that are running, failed, ..."},
            {"-n,--number", "COUNT", "how many (default 20)"}},
           ListOperations},
          {"op show", "one operation and its steps", {{"operation"}}, {}, ShowOperation},
          {"op watch", "follow an operation to its end, from its first step", {{"operation"}}, {}, Watch},
          {"op cancel", "end an operation under way", {{"operation"}}, {}, Cancel}};
}

}  // namespace edm::ctl
