#include "master/adapters/git/repo_refs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::master {
namespace {

constexpr std::size_t kAbbreviatedMin = 7;  // hex digits
constexpr std::size_t kBranchesShown = 10;

bool IsHex(std::string_view text) {
  return text.size() <= GIT_OID_HEXSZ &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<git_oid> Peeled(git_repository* repo, const std::string& full_name) {
  git_reference* found = nullptr;
  if (git_reference_lookup(&found, repo, full_name.c_str()) != 0) return std::nullopt;
  const GitReference reference(found);
  git_object* commit = nullptr;
  if (git_reference_peel(&commit, reference.get(), GIT_OBJECT_COMMIT) != 0) return std::nullopt;
  const GitObject held(commit);
  return *git_object_id(held.get());
}

std::vector<std::string> Branches(git_repository* repo) {
  std::vector<std::string> names;
  git_reference_iterator* iterator = nullptr;
  if (git_reference_iterator_glob_new(&iterator, repo, "refs/heads/*") != 0) return names;
  const char* name = nullptr;
  while (names.size() < kBranchesShown && git_reference_next_name(&name, iterator) == 0) {
    names.emplace_back(std::string_view(name).substr(std::string_view("refs/heads/").size()));
  }
  git_reference_iterator_free(iterator);
  return names;
}

// What stands under refs/edm/releases/, by full name.
std::map<std::string, std::string> Kept(git_repository* repo) {
  std::map<std::string, std::string> kept;
  git_reference_iterator* iterator = nullptr;
  const auto all = std::string(kReleaseRefs) + "*";
  if (git_reference_iterator_glob_new(&iterator, repo, all.c_str()) != 0) return kept;
  const char* name = nullptr;
  while (git_reference_next_name(&name, iterator) == 0) {
    git_oid id;
    if (git_reference_name_to_id(&id, repo, name) == 0) kept[name] = ToText(id);
  }
  git_reference_iterator_free(iterator);
  return kept;
}

}  // namespace

Error RepoRefs::Unknown(const std::string& ref) const {
  Error error{Code::kNotFound,
              fmt::format("ref '{}' of repo {}", Shown(ref.empty() ? "HEAD" : ref), repo_),
              "there is no such branch, tag or commit",
              {},
              ""};
  const auto branches = Branches(open_);
  if (branches.empty()) {
    error.cause = "the repo is empty";
    error.hint = "send a source first";
    return error;
  }
  const auto near = Nearest(ref, branches);
  error.hint = near ? fmt::format("did you mean {}?", *near) : "branches: " + Join(branches, ", ");
  return error;
}

Error RepoRefs::Moved(const std::string& full_name, const std::string& from) const {
  const auto now = Read(full_name);
  return Error{Code::kAborted,
               fmt::format("{} of repo {}", Shown(full_name), repo_),
               fmt::format("is no longer at {}, but at {}", from.substr(0, 10),
                           now.ok() ? ToText(*now).substr(0, 10) : "nothing"),
               {},
               "fetch, look at what came in between, and try again"};
}

Result<git_oid> RepoRefs::Resolve(const std::string& ref) const {
  if (ref.empty() || ref == "HEAD") {
    if (const auto head = Peeled(open_, "HEAD")) return *head;
    return Unknown(ref);
  }
  EDM_CHECK(CheckRef(ref));
  const std::array<std::string, 3> names = {ref.starts_with("refs/") ? ref : "refs/heads/" + ref,
                                            "refs/tags/" + ref, "refs/heads/" + ref};
  for (const auto& name : names) {
    if (const auto id = Peeled(open_, name)) return *id;
  }
  if (ref.size() >= kAbbreviatedMin && IsHex(ref)) {
    git_oid id;
    git_oid_fromstrn(&id, ref.data(), ref.size());
    git_commit* found = nullptr;
    const auto code = git_commit_lookup_prefix(&found, open_, &id, ref.size());
    const GitCommit commit(found);
    if (code == 0) return *git_commit_id(commit.get());
    if (code == GIT_EAMBIGUOUS) {
      return Error{Code::kInvalidArgument,
                   fmt::format("commit {} of repo {}", ref, repo_),
                   "is ambiguous",
                   {},
                   "give more digits"};
    }
  }
  return Unknown(ref);
}

Result<git_oid> RepoRefs::Read(const std::string& full_name) const {
  git_oid id;
  const auto code = git_reference_name_to_id(&id, open_, full_name.c_str());
  if (code == GIT_ENOTFOUND) return Unknown(full_name);
  if (code != 0) return GitFailure("repo " + repo_, code);
  return id;
}

Result<git_oid> RepoRefs::ParseCommit(const std::string& commit) const {
  git_oid id;
  git_commit* found = nullptr;
  if (commit.size() != GIT_OID_HEXSZ || git_oid_fromstr(&id, commit.c_str()) != 0 ||
      git_commit_lookup(&found, open_, &id) != 0) {
    return Unknown(commit);
  }
  const GitCommit held(found);
  return id;
}

Status RepoRefs::Move(const std::string& full_name, const std::string& from, const std::string& to) const {
  const auto now = Read(full_name);
  if (!now.ok() && now.error().code != Code::kNotFound) return now.error();
  const auto at = now.ok() ? ToText(*now) : std::string(kNoCommit);
  if (at == to) return Ok();
  if (at != from) return Moved(full_name, from);
  int code = 0;
  git_reference* made = nullptr;
  if (to == kNoCommit) {
    code = git_reference_lookup(&made, open_, full_name.c_str());
    if (code == 0) code = git_reference_delete(made);
  } else {
    EDM_TRY(const auto id, ParseCommit(to));
    code = now.ok() ? git_reference_create_matching(&made, open_, full_name.c_str(), &id, 1, &*now, "edm")
                    : git_reference_create(&made, open_, full_name.c_str(), &id, 0, "edm");
  }
  const GitReference held(made);
  if (code == GIT_EMODIFIED || code == GIT_EEXISTS) return Moved(full_name, from);
  if (code != 0) return GitFailure(fmt::format("{} of repo {}", Shown(full_name), repo_), code);
  return Ok();
}

Status RepoRefs::Set(const std::string& full_name, const std::string& to) const {
  EDM_TRY(const auto id, ParseCommit(to));
  git_reference* made = nullptr;
  const auto code = git_reference_create(&made, open_, full_name.c_str(), &id, 1, "edm");
  const GitReference held(made);
  if (code != 0) return GitFailure(fmt::format("{} of repo {}", Shown(full_name), repo_), code);
  return Ok();
}

Status RepoRefs::Remove(const std::string& full_name) const {
  const auto code = git_reference_remove(open_, full_name.c_str());
  if (code != 0 && code != GIT_ENOTFOUND)
    return GitFailure(fmt::format("{} of repo {}", full_name, repo_), code);
  return Ok();
}

Result<std::vector<std::string>> RepoRefs::KeepCommits(const CommitsByRelease& commits) const {
  auto kept = Kept(open_);
  std::vector<std::string> changed;
  for (const auto& [release, commit] : commits) {
    const auto name = fmt::format("{}{}", kReleaseRefs, release);
    const auto there = kept.extract(name);
    if (!there.empty() && there.mapped() == commit) continue;
    EDM_CHECK(Set(name, commit));
    changed.push_back(fmt::format("+{0}:{0}", name));
  }
  for (const auto& [name, commit] : kept) {
    EDM_CHECK(Remove(name));
    changed.push_back(":" + name);
  }
  return changed;
}

}  // namespace edm::master
