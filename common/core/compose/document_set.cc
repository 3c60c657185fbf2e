#include "common/core/compose/document_set.h"

#include <algorithm>

#include "common/core/compose/rules/paths.h"
#include "common/core/yaml/fields.h"
#include "common/core/yaml/json.h"
#include "common/core/yaml/reader.h"
#include "common/model/names.h"

namespace edm::compose {
namespace {

using yaml::Node;

constexpr std::size_t kComposeBytesMax = 1U << 20;

std::string FolderOf(std::string_view file) {
  const auto slash = file.rfind('/');
  return slash == std::string_view::npos ? "." : std::string(file.substr(0, slash));
}

// A list "NAME=value" as a map; a name alone, or null, takes the value that a variable has, or goes.
Node WithValues(const Node& named, const Variables& variables) {
  auto map = Node::Map(named.at());
  const auto take = [&](const std::string& name, yaml::Position at) {
    const auto found = variables.find(name);
    if (found != variables.end()) map.Set(name, Node::String(found->second, at));
  };
  for (const auto& entry : named.entries()) {
    if (entry.value.is_null()) {
      take(entry.key, entry.key_at);
    } else {
      map.Set(entry.key, entry.value);
    }
  }
  for (const auto& item : named.items()) {
    const auto equals = item.text().find('=');
    if (equals == std::string::npos) {
      take(item.text(), item.at());
    } else {
      map.Set(item.text().substr(0, equals), Node::String(item.text().substr(equals + 1), item.at()));
    }
  }
  return map;
}

}  // namespace

DocumentSet::DocumentSet(const FileTree& tree, const Grants& grants, Variables variables)
    : tree_(tree), grants_(grants), variables_(std::move(variables)) {}

void DocumentSet::Refuse(const Error& error, std::string path) {
  findings_.push_back({Severity::kRefusal, std::move(path), error});
}

void DocumentSet::ReadDotenvBeside(const std::string& directory) {
  const auto path = directory == "." ? std::string(".env") : directory + "/.env";
  const auto facts = tree_.Look(path);
  if (!facts.ok()) return Refuse(facts.error());
  if (facts->kind == FileKind::kMissing && !facts->is_link) return;
  if (facts->is_link || facts->kind != FileKind::kFile) {
    return Refuse(
        {Code::kInvalidArgument, path, "is no regular file", {}, "make it a plain file, or remove it"});
  }
  const auto text = tree_.Read(path, kEnvFileBytesMax);
  if (!text.ok()) return Refuse(About(text.error(), path));
  const auto read = ReadDotenv(*text, path, variables_);
  if (!read.ok()) return Refuse(read.error());
  for (const auto& [name, value] : *read) {
    if (name.starts_with("COMPOSE_") || name.starts_with("DOCKER_")) {
      findings_.push_back({Severity::kWarning,
                           name,
                           {Code::kOk,
                            path,
                            name + " has no effect here",
                            {},
                            "name the compose file by 'compose' in edm.yaml"}});
      continue;
    }
    variables_.try_emplace(name, value);
  }
}

void DocumentSet::Add(const std::string& file) {
  if (!seen_.insert(file).second) return;
  if (seen_.size() > kFilesMax) {
    return Refuse({Code::kResourceExhausted,
                   file,
                   "more than 20 compose files are included or extended",
                   {},
                   "use fewer"});
  }
  const auto text = tree_.Read(file, kComposeBytesMax);
  if (!text.ok()) return Refuse(About(text.error(), file));
  auto root = yaml::Read(*text, file);
  if (!root.ok()) return Refuse(root.error());
  Document document;
  document.file = file;
  document.directory = FolderOf(file);
  document.root = std::move(*root);
  Judge(std::move(document));
}

void DocumentSet::AddMade(const std::string& file, Node root) {
  Document document;
  document.file = file;
  document.root = std::move(root);
  Judge(std::move(document));
}

void DocumentSet::Judge(Document document) {
  Fill(document.root, "", document.file);
  auto findings = compose::Judge(document, tree_, grants_, &used_);
  const bool is_refused = HasRefusal(findings);
  std::ranges::move(findings, std::back_inserter(findings_));
  if (!is_refused) {
    Follow(document);
    WriteOutEnvironment(document);
  }
  auto file = document.file;
  documents_.insert_or_assign(std::move(file), std::move(document));
}

void DocumentSet::Fill(Node& node, const std::string& path, const std::string& file) {
  if (node.is_string() && node.text().find('$') != std::string::npos) {
    const yaml::Problems place(file);
    auto filled = Interpolate(node.text(), variables_, [&](std::string_view name) {
      if (name.starts_with("EDM_") || !unset_.emplace(name).second) return;
      findings_.push_back({Severity::kWarning,
                           path,
                           {Code::kOk,
                            place.ObjectOf(node.at(), path),
                            "the variable " + Shown(name) + " is not set",
                            {},
                            "set it in .env or with -e, or write ${" + Shown(name) + ":-default}"}});
    });
    filled_bytes_ += filled.ok() ? filled->size() : 0;
    if (filled_bytes_ > kFilledBytesMax) {
      if (filled_bytes_ - filled->size() > kFilledBytesMax) return;  // said already
      Refuse({Code::kResourceExhausted,
              place.ObjectOf(node.at(), path),
              "variables make the file grow past 4 MiB",
              {},
              "use shorter values"},
             path);
    } else if (filled.ok()) {
      node.set_text(std::move(*filled));
    } else {
      Refuse(About(filled.error(), place.ObjectOf(node.at(), path)), path);
    }
  }
  for (std::size_t i = 0; i < node.items().size(); ++i) Fill(node.items()[i], yaml::PathOf(path, i), file);
  for (auto& entry : node.entries()) Fill(entry.value, yaml::PathOf(path, entry.key), file);
}

void DocumentSet::FollowPath(const Document& document, const Node& path) {
  const auto& folder = document.directory;
  const auto facts = tree_.Look(folder == "." ? path.text() : folder + "/" + path.text());
  if (!facts.ok()) return Refuse(facts.error());
  // Compose sees the file where the document says it is: a link on the way would make two names of it.
  const auto named = Joined(folder, path.text());
  if (facts->real_path != named) {
    const yaml::Problems place(document.file);
    return Refuse({Code::kInvalidArgument,
                   place.ObjectOf(path.at(), ""),
                   "'" + Shown(path.text()) + "' is reached through a link",
                   {},
                   "name the file itself"});
  }
  Add(named);
}

void DocumentSet::Follow(const Document& document) {
  if (const auto* include = document.root.Find("include")) {
    for (const auto& item : include->items()) {
      if (item.is_scalar()) FollowPath(document, item);
      const auto* path = item.Find("path");
      if (path && path->is_scalar()) FollowPath(document, *path);
      if (path) {
        for (const auto& each : path->items()) FollowPath(document, each);
      }
    }
  }
  const auto* services = document.root.Find("services");
  if (!services) return;
  for (const auto& service : services->entries()) {
    const auto* extends = service.value.Find("extends");
    const auto* file = extends ? extends->Find("file") : nullptr;
    if (file && file->is_scalar()) FollowPath(document, *file);
  }
}

bool DocumentSet::ReadEnvFile(const Document& document, const Node& entry, Variables& into) {
  const auto* path = entry.is_map() ? entry.Find("path") : &entry;
  const auto& folder = document.directory;
  const auto file = folder == "." ? path->text() : folder + "/" + path->text();
  if (++env_files_ > kEnvFilesMax || env_bytes_ > kEnvBytesMax) {
    Refuse({Code::kResourceExhausted,
            file,
            "more than 200 env files, or 4 MiB of them, are read",
            {},
            "use fewer"});
    return false;
  }
  const auto text = tree_.Read(file, kEnvFileBytesMax);
  if (!text.ok()) {
    if (text.error().code == Code::kNotFound) return true;  // judged: it is not required
    Refuse(About(text.error(), file));
    return false;
  }
  auto seen = variables_;
  for (const auto& [name, value] : into) seen.try_emplace(name, value);
  const auto read = ReadDotenv(*text, file, seen);
  if (!read.ok()) {
    Refuse(read.error());
    return false;
  }
  for (const auto& [name, value] : *read) {
    env_bytes_ += value.size();
    into[name] = value;
  }
  return true;
}

void DocumentSet::WriteOutEnvironment(Document& document) {
  auto* services = document.root.Find("services");
  if (!services) return;
  for (auto& [name, name_at, service] : services->entries()) {
    Variables from_files;
    if (const auto* files = service.Find("env_file"); files && !files->is_null()) {
      if (!files->is_sequence()) ReadEnvFile(document, *files, from_files);
      for (const auto& item : files->items()) {
        if (!ReadEnvFile(document, item, from_files)) break;
      }
    }
    auto environment = Node::Map();
    for (const auto& [key, value] : from_files) environment.Set(key, Node::String(value));
    if (const auto* own = service.Find("environment")) {
      const auto written = WithValues(*own, variables_);
      for (const auto& entry : written.entries()) environment.Set(entry.key, entry.value);
    }
    service.Remove("env_file");
    if (!environment.entries().empty()) service.Set("environment", std::move(environment));
    auto* build = service.Find("build");
    auto* args = build ? build->Find("args") : nullptr;
    if (args && !args->is_null()) *args = WithValues(*args, variables_);
  }
}

const Document* DocumentSet::Find(const std::string& file) const {
  const auto found = documents_.find(file);
  return found == documents_.end() ? nullptr : &found->second;
}

std::map<std::string, std::string> DocumentSet::Files() const {
  std::map<std::string, std::string> files;
  for (const auto& [file, document] : documents_) {
    auto root = document.root;
    root.Remove("version");
    root.Remove("name");
    DoubleDollars(root);
    files[file] = yaml::WriteJson(root);
  }
  return files;
}

}  // namespace edm::compose
