#include <fmt/format.h>

#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

std::string SourceLine(const v1::Source& source) {
  if (source.commit().empty()) return {};
  auto line = source.commit().substr(0, kShortCommit);
  line += " (" + Folded(v1::Source::Kind_Name(source.kind()));
  if (!source.git_url().empty()) line += " " + source.git_url();
  return line + (source.branch().empty() ? ")" : ", branch " + source.branch() + ")");
}

std::string ServiceLines(const v1::InstanceStatus& status) {
  std::vector<std::string> lines;
  for (const auto& service : status.services()) {
    auto line = service.service() + ": " + service.state();
    if (service.oneshot()) line += fmt::format(", one-shot, exit {}", service.exit_code());
    if (service.health() != v1::Health::UNKNOWN)
      line += ", " + Folded(v1::Health::Value_Name(service.health()));
    if (service.restarts() > 0) line += ", " + Counted(service.restarts(), "restart");
    lines.push_back(line);
  }
  return Join(lines, "\n");
}

std::string EndpointLines(const v1::InstanceStatus& status) {
  std::vector<std::string> lines;
  for (const auto& endpoint : status.endpoints()) {
    const auto where =
        endpoint.url().empty() ? fmt::format("{}:{}", endpoint.address(), endpoint.port()) : endpoint.url();
    lines.push_back(fmt::format("{} -> {} {}/{}", where, endpoint.service(), endpoint.container_port(),
                                endpoint.protocol().empty() ? "tcp" : endpoint.protocol()));
  }
  return Join(lines, "\n");
}

std::string VariableNames(const v1::InstanceSpec& spec) {
  std::vector<std::string> names;
  for (const auto& [name, value] : spec.environment()) names.push_back(name);
  std::ranges::sort(names);
  return Join(names, ", ");
}

std::string MemberLines(const v1::InstanceStatus& status) {
  std::vector<std::string> lines;
  for (const auto& member : status.members()) {
    auto line = member.id() + ": " + StateOf(member);
    if (member.release() != 0) line += fmt::format(", release {}", member.release());
    if (!member.worker().empty()) line += ", on " + member.worker();
    lines.push_back(std::move(line));
  }
  return Join(lines, "\n");
}

std::string ReleaseLine(const v1::InstanceStatus& status) {
  if (status.release() == 0) return {};
  if (status.newest_release() <= status.release()) return std::to_string(status.release());
  return fmt::format("{} (newest: {})", status.release(), status.newest_release());
}

std::string Render(const Terminal& terminal, const v1::Instance& instance) {
  const auto& status = instance.status();
  auto text = RenderFields(
      terminal,
      {{"id", instance.id()},
       {"owner", instance.owner() + (instance.project().empty() ? "" : "/" + instance.project())},
       {"about", instance.description()},
       {"state", StateOf(instance)},
       {"release", ReleaseLine(status)},
       {"worker", status.worker() + (status.address().empty() ? "" : " (" + status.address() + ")")},
       {"placed", status.placement().reason()},
       {"members", MemberLines(status)},
       {"member of", instance.member_of()},
       {"source", SourceLine(status.source())},
       {"template", instance.spec().template_()},
       {"variables", VariableNames(instance.spec())},
       {"services", ServiceLines(status)},
       {"reached at", EndpointLines(status)},
       {"operation", status.operation()},
       {"created", FormatRfc3339(ToWallTime(instance.created_at()))},
       {"changed", instance.updated_at().seconds() == instance.created_at().seconds()
                       ? ""
                       : FormatRfc3339(ToWallTime(instance.updated_at()))}});
  if (status.has_failure() && !status.failure().cause().empty()) {
    text += RenderError(terminal, ToError(status.failure()));
  }
  return text;
}

Result<int> ShowInstance(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  v1::GetInstanceRequest request;
  request.set_id(id);
  EDM_TRY(const auto instance, master->Call<v1::Instance>("GetInstance", request));
  if (invocation.json()) {
    invocation.Print(instance);
  } else if (invocation.quiet()) {
    invocation.Out(StateOf(instance) + "\n");
  } else {
    invocation.Out(Render(invocation.terminal, instance));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> ShowCommands() {
  return {{"show",
           "one instance with all that is known of it",
           {{"id", Operand::Count::kOptional}},
           {},
           ShowInstance}};
}

}  // namespace edm::ctl
