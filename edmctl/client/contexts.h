#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "edmctl/os/files.h"

namespace edm::ctl {

// Which master to talk with, and as whom.
struct Context {
  std::string name;
  std::string master;  // host:port of its gRPC; of several masters each, with commas
  std::string http;    // http(s)://host:port of its REST and git
  std::string token;
  std::string ca;           // PEM; empty: in the clear, which only loopback may be
  std::string fingerprint;  // sha256:<hex> of that CA

  bool operator==(const Context&) const = default;
};

struct Contexts {
  std::string current;
  std::vector<Context> all;

  const Context* Find(const std::string& name) const;
  void Put(Context context);  // replaces the one of that name
};

Result<Contexts> ParseContexts(const std::string& text);
std::string PrintContexts(const Contexts& contexts);

// A missing file holds no contexts. Error: a file that others may read is refused with the way to mend it.
Result<Contexts> LoadContexts(const std::string& path);
Status SaveContexts(const std::string& path, const Contexts& contexts,
                    const std::optional<Owner>& owner = std::nullopt);

// What was said on the command line and in the environment, strongest first.
struct Choice {
  std::string master_flag;
  std::string token_flag;  // what --token-file held
  std::string context_flag;
  std::string master_variable;   // EDM_MASTER
  std::string token_variable;    // EDM_TOKEN
  std::string context_variable;  // EDM_CONTEXT
};

// A context named by flag beats EDM_MASTER; a master named by flag beats all. Each master without a port gets
// 8800. Error: none is chosen, the named one does not exist (with the nearest name), or its
// name is none that a context can have.
Result<Context> ChooseContext(const Contexts& contexts, const Choice& choice);

// The addresses in the `master` of a context.
std::vector<std::string> MastersIn(const std::string& master);
// http://host:8080 for host:8800, https where a CA is pinned; of the first of several.
std::string HttpOf(const std::string& master, bool tls);
// Where the REST and git of a context are, when its master says that they are at `told`: a loopback or
// wildcard address there is that of the master's machine, and a context with a CA believes https only.
std::string HttpTold(const Context& context, const std::string& told);
bool IsLoopback(const std::string& master);  // each of them

}  // namespace edm::ctl
