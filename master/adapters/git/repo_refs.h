#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "master/adapters/git/git_handle.h"
#include "master/ports/git_server.h"

namespace edm::master {

inline constexpr std::string_view kNoCommit = "0000000000000000000000000000000000000000";
// Refs of ours; nobody may push them.
inline constexpr std::string_view kReleaseRefs = "refs/edm/releases/";
inline constexpr std::string_view kOrderedRef = "refs/edm/ordered";  // the commit of the newest order
inline constexpr std::string_view kImportRefs = "refs/edm/import/";

inline std::string BranchRef(const std::string& branch) { return "refs/heads/" + branch; }

// Questions and changes to the refs of one open repo. Errors name `repo` as people know it.
class RepoRefs {
 public:
  RepoRefs(git_repository* open, std::string repo) : open_(open), repo_(std::move(repo)) {}

  // A branch, tag, full ref or (abbreviated) commit; "": HEAD.
  Result<git_oid> Resolve(const std::string& ref) const;
  // The commit a full ref names; kNotFound.
  Result<git_oid> Read(const std::string& full_name) const;
  // Compare and swap; kNoCommit stands for "there is none". Already at `to`: ok. Otherwise kAborted.
  Status Move(const std::string& full_name, const std::string& from, const std::string& to) const;
  Status Set(const std::string& full_name, const std::string& to) const;
  Status Remove(const std::string& full_name) const;  // not there: ok
  // Makes refs/edm/releases/ hold exactly these; the refspecs of a push that carries the changes elsewhere.
  Result<std::vector<std::string>> KeepCommits(const CommitsByRelease& commits) const;
  Result<git_oid> ParseCommit(const std::string& commit) const;

 private:
  Error Unknown(const std::string& ref) const;
  Error Moved(const std::string& full_name, const std::string& from) const;

  git_repository* const open_;
  const std::string repo_;
};

}  // namespace edm::master
