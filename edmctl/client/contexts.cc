#include "edmctl/client/contexts.h"

#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

std::string TextOf(const YAML::Node& node, const char* key) {
  const auto value = node[key];
  return value && value.IsScalar() ? value.as<std::string>() : "";
}

Error Damaged(const std::string& cause) {
  return Error{Code::kFailedPrecondition,
               "the context file",
               cause,
               {},
               "mend it, or remove it and run edmctl context add"};
}

}  // namespace

Result<Contexts> ParseContexts(const std::string& text) {
  try {
    const auto root = YAML::Load(text);
    Contexts contexts;
    if (root.IsNull()) return contexts;
    if (!root.IsMap()) return Damaged("is no map");
    contexts.current = TextOf(root, "current");
    for (const auto& node : root["contexts"]) {
      Context context{TextOf(node, "name"),  TextOf(node, "master"), TextOf(node, "http"),
                      TextOf(node, "token"), TextOf(node, "ca"),     TextOf(node, "fingerprint")};
      if (context.name.empty() || context.master.empty()) return Damaged("a context needs name and master");
      contexts.Put(std::move(context));
    }
    return contexts;
  } catch (const YAML::Exception& exception) {
    return Damaged(exception.what());
  }
}

std::string PrintContexts(const Contexts& contexts) {
  YAML::Emitter out;
  out << YAML::BeginMap << YAML::Key << "current" << YAML::Value << contexts.current;
  out << YAML::Key << "contexts" << YAML::Value << YAML::BeginSeq;
  for (const auto& context : contexts.all) {
    out << YAML::BeginMap;
    const auto put = [&](const char* key, const std::string& value) {
      if (!value.empty()) out << YAML::Key << key << YAML::Value << value;
    };
    put("name", context.name);
    put("master", context.master);
    put("http", context.http);
    put("token", context.token);
    put("fingerprint", context.fingerprint);
    if (!context.ca.empty()) out << YAML::Key << "ca" << YAML::Value << YAML::Literal << context.ca;
    out << YAML::EndMap;
  }
  out << YAML::EndSeq << YAML::EndMap;
  return std::string("# Written by edmctl. It holds tokens: keep it to yourself.\n") + out.c_str() + "\n";
}

Result<Contexts> LoadContexts(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Contexts{};
  if ((facts.st_mode & 077U) != 0) {
    return Error{
        Code::kPermissionDenied, path, "holds tokens and may be read by others", {}, "chmod 600 " + path};
  }
  EDM_TRY(const auto text, ReadFile(path));
  auto contexts = ParseContexts(text);
  if (!contexts.ok()) {
    auto error = std::move(contexts).error();
    error.object = path;
    return error;
  }
  return contexts;
}

Status SaveContexts(const std::string& path, const Contexts& contexts, const std::optional<Owner>& owner) {
  return WriteFile(path, PrintContexts(contexts), 0600, owner);
}

}  // namespace edm::ctl
