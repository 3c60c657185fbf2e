#include <filesystem>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/upload.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"
#include "edmctl/output/words.h"

namespace edm::ctl {
namespace {

Result<int> Push(Invocation& invocation) {
  std::error_code failure;
  const auto given = invocation.args.Text("folder");
  const auto folder = std::filesystem::canonical(given, failure);
  if (failure)
    return Error{
        Code::kNotFound, Shown(given), "is no folder here", {}, "make it, or see whether the path is right"};
  EDM_TRY(const auto scan, ScanFolder(folder));
  v1::UploadTemplateRequest first;
  first.set_name(invocation.args.Has("name") ? invocation.args.Text("name") : folder.filename().string());
  EDM_CHECK(CheckTemplateName(first.name()));
  first.set_message(invocation.args.Text("message"));
  first.set_request_id(NewRequestId());
  v1::Template made;
  EDM_CHECK(Upload(invocation, "UploadTemplate", first, folder, scan, made));
  if (invocation.json()) {
    invocation.Print(made);
  } else {
    invocation.Note("template " + made.name() + ": " + Counted(made.files(), "file") + ", commit " +
                    made.commit().substr(0, 7));
  }
  return kExitDone;
}

Result<int> ListTemplates(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto all,
          master->Call<v1::ListTemplatesResponse>("ListTemplates", v1::ListTemplatesRequest()));
  if (invocation.json()) {
    invocation.Print(all);
    return kExitDone;
  }
  if (all.templates().empty()) invocation.Note("no templates; edmctl template push FOLDER makes one");
  std::vector<Row> rows;
  for (const auto& one : all.templates()) {
    if (invocation.quiet()) invocation.Out(one.name() + "\n");
    rows.push_back({one.name(), one.commit().substr(0, 7), std::to_string(one.files()),
                    Age(one.updated_at(), WallNow())});
  }
  if (!invocation.quiet() && !rows.empty()) {
    invocation.Out(RenderTable(invocation.terminal, {"NAME", "COMMIT", "FILES", "AGE"}, rows));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> TemplateCommands() {
  return {{"template push",
           "store a folder as a template",
           {{"folder"}},
           {{"--name", "NAME", "of the template (default: the folder's name)"},
            {"-m,--message", "TEXT", "kept with the commit"}},
           Push},
          {"template ls", "the templates", {}, {}, ListTemplates}};
}

}  // namespace edm::ctl
