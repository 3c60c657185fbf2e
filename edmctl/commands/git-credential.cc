#include <unistd.h>

#include <map>

#include "edmctl/commands/command.h"
#include "edmctl/commands/invocation.h"
#include "edmctl/os/prompt.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

// git's lines key=value up to an empty one (git-credential(1), INPUT/OUTPUT FORMAT).
std::map<std::string, std::string> ReadRequest() {
  constexpr int kLinesMax = 64;
  std::map<std::string, std::string> request;
  for (int i = 0; i < kLinesMax; ++i) {
    const auto line = ReadLine(STDIN_FILENO);
    if (!line || line->empty()) break;
    const auto equals = line->find('=');
    if (equals != std::string::npos) request[line->substr(0, equals)] = line->substr(equals + 1);
  }
  return request;
}

// The context whose master is asked for; the current one first.
const Context* ContextFor(const Contexts& contexts, const std::string& url) {
  const auto* current = contexts.Find(contexts.current);
  if (current != nullptr && current->http == url) return current;
  for (const auto& context : contexts.all) {
    if (context.http == url) return &context;
  }
  return nullptr;
}

Result<int> Answer(Invocation& invocation) {
  auto request = ReadRequest();
  if (invocation.args.Text("action") != "get") return kExitDone;  // there is nothing to store or erase
  const auto url = request["protocol"] + "://" + request["host"];
  EDM_TRY(const auto contexts, LoadContexts(invocation.paths.contexts));
  std::string token;
  // `remote add` told git for which URL to ask us, and us for which to answer.
  const bool told = invocation.args.Has("url") && invocation.args.Text("url") == url;
  if (const auto* context = told ? nullptr : ContextFor(contexts, url)) {
    token = context->token;
  } else if (const auto chosen = invocation.CurrentContext();
             chosen.ok() && (told || (*chosen)->http == url)) {
    token = (*chosen)->token;
  }
  if (!token.empty()) invocation.Out("username=edm\npassword=" + token + "\n");
  return kExitDone;
}

}  // namespace

std::vector<Command> GitCredentialCommands() {
  return {{"git-credential",
           "answers git, which runs it (see remote add)",
           {{"action"}},
           {{"--url", "URL", "answer for this one, with the token of the chosen context"}},
           Answer}};
}

}  // namespace edm::ctl
