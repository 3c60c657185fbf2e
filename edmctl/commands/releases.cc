#include "common/base/text.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

Result<int> ListReleases(Invocation& invocation) {
  EDM_TRY(const auto id, invocation.InstanceId());
  EDM_TRY(auto* master, invocation.Master());
  v1::ListReleasesRequest request;
  request.set_id(id);
  EDM_TRY(const auto all, master->Call<v1::ListReleasesResponse>("ListReleases", request));
  if (invocation.json()) {
    invocation.Print(all);
    return kExitDone;
  }
  if (all.releases().empty()) invocation.Note(id + " has no release yet: edmctl deploy makes one");
  std::vector<Row> rows;
  for (const auto& release : all.releases()) {
    if (invocation.quiet()) invocation.Out(std::to_string(release.number()) + "\n");
    rows.push_back({std::to_string(release.number()), release.source().commit().substr(0, 7),
                    Folded(v1::Source::Kind_Name(release.source().kind())), release.good() ? "yes" : "no",
                    release.kept() ? "yes" : "no", release.worker(), Age(release.created_at(), WallNow())});
  }
  if (!invocation.quiet() && !rows.empty()) {
    invocation.Out(RenderTable(invocation.terminal,
                               {"RELEASE", "COMMIT", "FROM", "GOOD", "KEPT", "WORKER", "AGE"}, rows));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> ReleasesCommands() {
  return {{"releases",
           "what was built, and what can be rolled back to",
           {{"id", Operand::Count::kOptional}},
           {},
           ListReleases}};
}

}  // namespace edm::ctl
