#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/core/compose/interpolate.h"
#include "common/core/compose/policy.h"
#include "common/ports/file_tree.h"

namespace edm::compose {

// The first gate. Reads a compose document and all that it extends or includes, fills in variables, judges
// each, and makes of them what compose may see: the same documents as JSON, with env files written out and
// nothing left to interpolate. One use each.
class DocumentSet {
 public:
  static constexpr std::size_t kFilesMax = 20;
  static constexpr std::size_t kEnvFilesMax = 200;          // each reading counts
  static constexpr std::size_t kEnvBytesMax = 4U << 20;     // of all values in env files
  static constexpr std::size_t kFilledBytesMax = 4U << 20;  // of all texts with variables, filled in

  DocumentSet(const FileTree& tree, const Grants& grants, Variables variables);

  // Adds the checkout's .env, beside the main document, under what is given. Refused when it is no regular
  // file.
  void ReadDotenvBeside(const std::string& directory);

  // Reads `file` (a real path of the tree) and what it refers to.
  void Add(const std::string& file);
  // The same for a document that is not in the tree.
  void AddMade(const std::string& file, yaml::Node root);

  const std::vector<Finding>& findings() const { return findings_; }
  std::set<std::string>& grants_used() { return used_; }
  const Document* Find(const std::string& file) const;
  // Path -> JSON. Only when nothing was refused.
  std::map<std::string, std::string> Files() const;

 private:
  void Judge(Document document);
  void Fill(yaml::Node& node, const std::string& path, const std::string& file);
  void Follow(const Document& document);
  void FollowPath(const Document& document, const yaml::Node& path);
  void WriteOutEnvironment(Document& document);
  bool ReadEnvFile(const Document& document, const yaml::Node& entry, Variables& into);
  void Refuse(const Error& error, std::string path = {});

  const FileTree& tree_;
  const Grants& grants_;
  Variables variables_;
  std::map<std::string, Document> documents_;
  std::set<std::string> seen_;
  std::set<std::string> unset_;
  std::size_t env_files_ = 0;
  std::size_t env_bytes_ = 0;
  std::size_t filled_bytes_ = 0;
  std::set<std::string> used_;
  std::vector<Finding> findings_;
};

}  // namespace edm::compose
