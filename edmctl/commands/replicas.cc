#include "edmctl/commands/replicas.h"

#include "common/core/spec/app_spec.h"
#include "edmctl/os/files.h"
#include "edmctl/output/report.h"

namespace edm::ctl {

std::vector<Option> ReplicaOptions() {
  return {{"--replicas", "NUMBER", "of a new instance: so many members (default: edm.yaml's)"},
          {"--on-each-worker", "", "of a new instance: a member on each worker with its labels"}};
}

Result<std::uint32_t> ReplicasWanted(const Arguments& args, const std::string& folder) {
  if (args.Has("replicas")) {
    EDM_TRY(const auto replicas, args.Number("replicas"));
    if (replicas.value_or(0) == 0) return UsageError("--replicas must be 1 or more", "for example 3");
    return *replicas;
  }
  if (folder.empty() || args.Has("on-each-worker")) return 0;
  const auto text = ReadFile(folder + "/" + std::string(kAppSpecFile));
  // What is wrong with the file its worker will say.
  const auto spec = text.ok() ? ReadAppSpec(*text) : Result<AppSpec>(AppSpec{});
  return spec.ok() ? spec->replicas : 0;
}

void ApplyReplicas(const Arguments& args, std::uint32_t replicas, v1::InstanceSpec& spec) {
  if (replicas != 0) spec.set_replicas(replicas);
  if (args.Has("on-each-worker")) spec.set_on_each_worker(true);
}

}  // namespace edm::ctl
