#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/commands/wishes.h"
#include "edmctl/output/placement.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

// Worker labels go key by key: one that is gone is sent empty.
void SetLabels(const v1::InstanceSpec& before, const v1::InstanceSpec& after,
               v1::UpdateInstanceRequest& request) {
  for (const auto& [key, value] : before.worker_labels()) {
    if (!after.worker_labels().contains(key)) (*request.mutable_worker_labels())[key] = "";
  }
  request.mutable_worker_labels()->insert(after.worker_labels().begin(), after.worker_labels().end());
}

Result<int> Set(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  v1::GetInstanceRequest get;
  get.set_id(id);
  EDM_TRY(auto instance, master->Call<v1::Instance>("GetInstance", get));
  const bool changes = HasWishes(invocation.args) || invocation.args.Has("clear");
  if (changes) {
    auto spec = instance.spec();
    EDM_CHECK(ApplyWishes(invocation.args, spec));
    v1::UpdateInstanceRequest request;
    request.set_id(id);
    request.set_revision(instance.revision());
    request.set_memory_mib(spec.memory_mib());
    request.set_cpus(spec.cpus());
    *request.mutable_requirements() = spec.requirements();
    SetLabels(instance.spec(), spec, request);
    EDM_TRY(instance, master->Call<v1::Instance>("UpdateInstance", request));
  }
  if (invocation.json()) {
    invocation.Print(instance);
  } else if (!invocation.quiet()) {
    invocation.Out(RenderWishes(invocation.terminal, instance.spec()));
    if (changes) invocation.Note("counts from its next placement on; edmctl plan " + id + " shows it");
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> SetCommands() {
  Command set{"set",
              "where an instance may run, and where it had better",
              {{"id", Operand::Count::kOptional}},
              WishOptions(),
              Set};
  set.options.push_back({"--clear", "NAME", "forget: labels, ports, near, ...", true});
  return {set};
}

}  // namespace edm::ctl
