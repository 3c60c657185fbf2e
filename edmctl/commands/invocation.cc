#include "edmctl/commands/invocation.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/os/files.h"
#include "edmctl/os/standard_output.h"
#include "edmctl/output/json.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

TerminalFacts FactsOf(int file, const Variables& variables, bool no_color) {
  TerminalFacts facts;
  facts.is_tty = isatty(file) == 1;
  winsize size{};
  if (facts.is_tty && ioctl(file, TIOCGWINSZ, &size) == 0) facts.columns = size.ws_col;
  facts.no_color = no_color || !variables("NO_COLOR").empty();
  facts.term = variables("TERM");
  for (const auto* name : {"LANG", "LC_CTYPE", "LC_ALL"}) {
    if (const auto value = variables(name); !value.empty()) facts.locale = value;
  }
  return facts;
}

}  // namespace

WallTime WallNow() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }

Invocation::Invocation(Arguments arguments, Variables read)
    : args(std::move(arguments)), variables(std::move(read)), paths(Paths::From(variables, geteuid() == 0)) {
  terminal = DescribeTerminal(FactsOf(STDOUT_FILENO, variables, args.Has("no-color")));
  error_terminal = DescribeTerminal(FactsOf(STDERR_FILENO, variables, args.Has("no-color")));
  interactive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
  if (args.Has("json")) mode = Mode::kJson;
  if (args.Has("quiet")) mode = Mode::kQuiet;
}

void Invocation::Out(std::string_view text) const { WriteStandard(STDOUT_FILENO, text); }
void Invocation::Err(std::string_view text) const { WriteStandard(STDERR_FILENO, text); }
void Invocation::Print(const google::protobuf::Message& message) const { Out(ToJsonLine(message) + "\n"); }

void Invocation::Warn(const std::string& text) const {
  if (!quiet()) Err(RenderWarning(error_terminal, text));
}

void Invocation::Note(const std::string& text) const {
  if (!quiet()) Err(text + "\n");
}

Result<const Context*> Invocation::CurrentContext() {
  if (context_) return &*context_;
  EDM_TRY(const auto contexts, LoadContexts(paths.contexts));
  Choice choice{args.Text("master"),    "",
                args.Text("context"),   variables("EDM_MASTER"),
                variables("EDM_TOKEN"), variables("EDM_CONTEXT")};
  if (args.Has("token-file")) {
    EDM_TRY(const auto token, ReadFile(args.Text("token-file"), 4096));
    choice.token_flag = Trim(token);
  }
  EDM_TRY(context_, ChooseContext(contexts, choice));
  return &*context_;
}

Result<MasterClient*> Invocation::Master() {
  if (!master_) {
    EDM_TRY(const auto* context, CurrentContext());
    EDM_TRY(master_, MasterClient::Connect(*context));
  }
  return master_.get();
}

Result<std::string> Invocation::WorkingFolder() {
  std::error_code failure;
  const auto folder = std::filesystem::canonical(".", failure);
  if (failure)
    return Error{Code::kNotFound, "the working folder", failure.message(), {}, "cd into one that is there"};
  return folder.string();
}

Result<std::string> Invocation::InstanceId() {
  if (args.Has("id")) {
    const auto id = args.Text("id");
    EDM_CHECK(CheckInstanceName(id));
    return id;
  }
  EDM_TRY(const auto* context, CurrentContext());
  EDM_TRY(const auto folders, Folders::Load(paths.folders));
  EDM_TRY(const auto folder, WorkingFolder());
  if (const auto known = folders.InstanceOf(context->name, folder)) return *known;
  return UsageError("no instance was named, and none was deployed from this folder",
                    "give its id; edmctl ls shows those there are");
}

}  // namespace edm::ctl
