#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "common/core/path_walk.h"
#include "common/ports/file_tree.h"

namespace edm {

// Files, folders, links and FIFOs that are only told of. One thread.
class MemoryFileTree final : public FileTree {
 public:
  MemoryFileTree() = default;
  MemoryFileTree(std::initializer_list<std::pair<const std::string, std::string>> files) {
    for (const auto& [path, text] : files) Write(path, text);
  }

  void Write(const std::string& path, std::string text) {
    Put(path, {{NameFacts::Kind::kFile, ""}, std::move(text)});
  }
  void MakeFolder(const std::string& path) { Put(path, {{NameFacts::Kind::kDirectory, ""}, ""}); }
  void Link(const std::string& path, std::string target) {
    Put(path, {{NameFacts::Kind::kLink, std::move(target)}, ""});
  }
  void MakeFifo(const std::string& path) { Put(path, {{NameFacts::Kind::kOther, ""}, ""}); }

  Result<FileFacts> Look(std::string_view path) const override {
    return WalkPath(path, [this](const std::string& name) -> Result<NameFacts> {
      const auto found = names_.find(name);
      return found == names_.end() ? NameFacts{} : found->second.facts;
    });
  }

  Result<std::string> Read(std::string_view path, std::size_t bytes_max) const override {
    EDM_TRY(const auto facts, Look(path));
    if (facts.kind == FileKind::kMissing)
      return Error{Code::kNotFound, std::string(path), "is missing", {}, "add it"};
    if (facts.kind != FileKind::kFile) {
      return Error{
          Code::kFailedPrecondition, std::string(path), "is no regular file", {}, "use a regular file"};
    }
    const auto& text = names_.at(facts.real_path).text;
    if (text.size() > bytes_max)
      return Error{Code::kResourceExhausted, std::string(path), "is too large", {}, "make it smaller"};
    return text;
  }

 private:
  struct Name {
    NameFacts facts;
    std::string text;
  };

  void Put(const std::string& path, Name name) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      names_.try_emplace(path.substr(0, slash), Name{{NameFacts::Kind::kDirectory, ""}, ""});
    }
    names_[path] = std::move(name);
  }

  std::map<std::string, Name> names_;
};

}  // namespace edm
