#include <algorithm>

#include "common/base/text.h"
#include "common/model/names.h"
#include "common/rpc/tls.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/files.h"
#include "edmctl/output/report.h"
#include "edmctl/output/table.h"

namespace edm::ctl {
namespace {

constexpr Millis kFetchDeadline{10'000};

std::string PlainFingerprint(std::string text) {
  if (text.starts_with("sha256:")) text.erase(0, 7);
  std::erase(text, ':');
  return Folded(text);
}

// From the first of several masters that answers.
Result<std::string> FetchCaOfOne(const std::vector<std::string>& masters, const std::string& fingerprint) {
  Result<std::string> ca = UsageError("no master is named", "edmctl context add NAME --master HOST:8800");
  for (const auto& master : masters) {
    ca = rpc::FetchCa(master, fingerprint, kFetchDeadline);
    if (ca.ok() || ca.error().code != Code::kUnavailable) return ca;
  }
  return ca;
}

// The CA to believe, from a file or from the server itself by its fingerprint.
Status PinCa(const Arguments& args, Context& context) {
  if (args.Has("ca-file")) {
    EDM_TRY(context.ca, ReadFile(args.Text("ca-file")));
  } else if (args.Has("fingerprint")) {
    EDM_TRY(context.ca, FetchCaOfOne(MastersIn(context.master), PlainFingerprint(args.Text("fingerprint"))));
  } else if (!IsLoopback(context.master)) {
    return UsageError("a master that is not on this machine is believed by its CA only",
                      "give --fingerprint (the master logs it, edmctl dev status shows it) or --ca-file");
  }
  if (context.ca.empty()) return Ok();
  EDM_TRY(context.fingerprint, rpc::Fingerprint(context.ca));
  return Ok();
}

Status TakeToken(const Invocation& invocation, Context& context) {
  if (invocation.args.Has("token-file")) {
    EDM_TRY(const auto text, ReadFile(invocation.args.Text("token-file"), 4096));
    context.token = Trim(text);
  } else if (const auto given = invocation.variables("EDM_TOKEN"); !given.empty()) {
    context.token = given;
  }
  return Ok();
}

Result<int> AddContext(Invocation& invocation) {
  EDM_TRY(auto contexts, LoadContexts(invocation.paths.contexts));
  const auto name = invocation.args.Text("name");
  EDM_CHECK(CheckContextName(name));
  const auto* known = contexts.Find(name);
  if (known == nullptr && !invocation.args.Has("master")) {
    return UsageError("context " + name + " needs a master",
                      "edmctl context add " + name + " --master HOST:8800");
  }
  Choice choice;
  choice.master_flag = invocation.args.Has("master") ? invocation.args.Text("master") : known->master;
  EDM_TRY(auto context, ChooseContext(known != nullptr ? contexts : Contexts{}, choice));
  context.name = name;
  if (known != nullptr && context.token.empty()) context.token = known->token;
  EDM_CHECK(PinCa(invocation.args, context));
  EDM_CHECK(TakeToken(invocation, context));
  context.http = invocation.args.Has("http") ? invocation.args.Text("http")
                                             : HttpOf(context.master, !context.ca.empty());
  EDM_TRY(const auto master, MasterClient::Connect(context));
  EDM_TRY(const auto version, master->Call<v1::Version>("GetVersion", google::protobuf::Empty()));
  contexts.Put(context);
  if (contexts.current.empty() || invocation.args.Has("use")) contexts.current = name;
  EDM_CHECK(SaveContexts(invocation.paths.contexts, contexts, invocation.paths.owner));
  if (invocation.quiet()) return kExitDone;
  invocation.Out(
      "context " + name + ": " + context.master + ", version " + version.version() +
      (contexts.current == name ? ", in use\n" : "; edmctl context use " + name + " makes it the default\n"));
  return kExitDone;
}

Result<int> Use(Invocation& invocation) {
  EDM_TRY(auto contexts, LoadContexts(invocation.paths.contexts));
  Choice choice;
  choice.context_flag = invocation.args.Text("name");
  EDM_TRY(const auto context, ChooseContext(contexts, choice));
  contexts.current = context.name;
  EDM_CHECK(SaveContexts(invocation.paths.contexts, contexts, invocation.paths.owner));
  invocation.Note("context " + context.name + ": " + context.master);
  return kExitDone;
}

Result<int> ListContexts(Invocation& invocation) {
  EDM_TRY(const auto contexts, LoadContexts(invocation.paths.contexts));
  std::vector<Row> rows;
  for (const auto& context : contexts.all) {
    rows.push_back({context.name == contexts.current ? "*" : "", context.name, context.master,
                    context.ca.empty() ? "in the clear" : "TLS, CA " + context.fingerprint.substr(0, 12)});
  }
  if (invocation.quiet()) {
    for (const auto& context : contexts.all) invocation.Out(context.name + "\n");
  } else if (invocation.json()) {
    // Of its own making: no RPC answers this.
    for (const auto& context : contexts.all) {
      invocation.Out("{\"name\":\"" + context.name + "\",\"master\":\"" + context.master +
                     "\",\"current\":" + (context.name == contexts.current ? "true" : "false") + "}\n");
    }
  } else if (rows.empty()) {
    invocation.Note(
        "no context yet: edmctl dev up makes one, edmctl context add NAME --master HOST adds one");
  } else {
    invocation.Out(RenderTable(invocation.terminal, {"", "NAME", "MASTER", "TRUST"}, rows));
  }
  return kExitDone;
}

}  // namespace

std::vector<Command> ContextCommands() {
  using Count = Operand::Count;
  return {{"context add",
           "remember a master and a token for it",
           {{"name"}},
           {{"--http", "URL", "where its REST and git are (default: port 8080 of the same host)"},
            {"--ca-file", "FILE", "the master's CA, as PEM"},
            {"--fingerprint", "SHA256", "of the master's CA, which is then fetched and kept"},
            {"--use", "", "make it the default"}},
           AddContext},
          {"context use", "make a context the default", {{"name", Count::kOne}}, {}, Use},
          {"context ls", "the contexts, the default one marked", {}, {}, ListContexts}};
}

}  // namespace edm::ctl
