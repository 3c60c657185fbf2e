#include <algorithm>

#include "common/base/text.h"
#include "common/model/names.h"
#include "edmctl/client/contexts.h"

namespace edm::ctl {
namespace {

constexpr const char* kGrpcPort = "8800";
constexpr const char* kHttpPort = "8080";

bool HasPort(const std::string& master) {
  const auto colon = master.rfind(':');
  return colon != std::string::npos && master.find(']', colon) == std::string::npos &&
         (master.starts_with('[') || master.find(':') == colon);
}

// Of the first one.
std::string HostOf(const std::string& masters) {
  const auto master = masters.substr(0, masters.find(','));
  return HasPort(master) ? master.substr(0, master.rfind(':')) : master;
}

std::string WithPorts(const std::string& masters) {
  std::vector<std::string> all;
  for (const auto& one : MastersIn(masters)) all.push_back(HasPort(one) ? one : one + ":" + kGrpcPort);
  return Join(all, ",");
}

Result<Context> Named(const Contexts& contexts, const std::string& name) {
  if (const auto* found = contexts.Find(name)) return *found;
  EDM_CHECK(CheckContextName(name));
  std::vector<std::string> names;
  for (const auto& context : contexts.all) names.push_back(context.name);
  const auto near = Nearest(name, names);
  return Error{Code::kNotFound,
               "context " + name,
               "is not known here",
               {},
               near ? "did you mean " + *near + "?" : "edmctl context ls shows those there are"};
}

// A master that was named alone: a known context's credentials go to that context's master only.
Context Unnamed(const Contexts& contexts, const std::string& master) {
  Context context{"", WithPorts(master), "", "", "", ""};
  for (const auto& known : contexts.all) {
    if (known.master == context.master) context = known;
  }
  if (context.http.empty()) context.http = HttpOf(context.master, !context.ca.empty());
  return context;
}

Result<Context> Chosen(const Contexts& contexts, const Choice& choice) {
  if (!choice.master_flag.empty() && choice.context_flag.empty())
    return Unnamed(contexts, choice.master_flag);
  if (!choice.context_flag.empty()) return Named(contexts, choice.context_flag);
  if (!choice.master_variable.empty()) return Unnamed(contexts, choice.master_variable);
  if (!choice.context_variable.empty()) return Named(contexts, choice.context_variable);
  if (!contexts.current.empty()) return Named(contexts, contexts.current);
  return Error{Code::kInvalidArgument,
               "edmctl",
               "does not know which master to talk with",
               {},
               "edmctl dev up starts one here; edmctl context add NAME --master HOST adds one elsewhere"};
}

}  // namespace

const Context* Contexts::Find(const std::string& name) const {
  const auto found = std::ranges::find(all, name, &Context::name);
  return found == all.end() ? nullptr : &*found;
}

void Contexts::Put(Context context) {
  const auto found = std::ranges::find(all, context.name, &Context::name);
  if (found != all.end()) {
    *found = std::move(context);
  } else {
    all.push_back(std::move(context));
  }
}

Result<Context> ChooseContext(const Contexts& contexts, const Choice& choice) {
  EDM_TRY(auto context, Chosen(contexts, choice));
  if (!choice.master_flag.empty() && !choice.context_flag.empty()) context.master = choice.master_flag;
  context.master = WithPorts(context.master);
  if (!choice.token_flag.empty()) {
    context.token = choice.token_flag;
  } else if (!choice.token_variable.empty()) {
    context.token = choice.token_variable;
  }
  if (context.http.empty()) context.http = HttpOf(context.master, !context.ca.empty());
  return context;
}

std::string HttpOf(const std::string& master, bool tls) {
  return std::string(tls ? "https://" : "http://") + HostOf(master) + ":" + kHttpPort;
}

std::string HttpTold(const Context& context, const std::string& told) {
  const auto scheme = std::string(context.ca.empty() ? "http" : "https") + "://";
  if (!told.starts_with(scheme)) return context.http;
  const auto address = told.substr(scheme.size());
  const auto host = HostOf(address);
  const bool elsewhere =
      host == "0.0.0.0" || host == "[::]" || (IsLoopback(address) && !IsLoopback(context.master));
  return elsewhere ? scheme + HostOf(context.master) + address.substr(host.size()) : told;
}

std::vector<std::string> MastersIn(const std::string& master) {
  std::vector<std::string> all;
  for (const auto& one : Split(master, ',')) {
    if (const auto address = Trim(one); !address.empty()) all.emplace_back(address);
  }
  return all;
}

bool IsLoopback(const std::string& master) {
  return std::ranges::all_of(MastersIn(master), [](const std::string& one) {
    const auto host = HostOf(one);
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
  });
}

}  // namespace edm::ctl
