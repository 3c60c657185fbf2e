#include "master/adapters/git/commit_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/base/text.h"
#include "common/model/names.h"
#include "master/adapters/git/pack_writer.h"
#include "master/adapters/git/repo_refs.h"
#include "master/adapters/git/tree_plan.h"

namespace edm::master {
namespace {

// What may stand in "name <email> time"; the rest would break the commit's header.
std::string Person(const std::string& name) {
  std::string plain;
  for (const auto c : ToUtf8(name)) {
    if (static_cast<unsigned char>(c) >= ' ' && c != '<' && c != '>' && c != 0x7F) plain += c;
  }
  return plain.empty() ? "edm" : plain;
}

std::string Trailer(const std::string& digest) { return fmt::format("Upload-Digest: sha256:{}\n", digest); }

std::string Message(const CommitInfo& info) {
  std::string message = info.message.empty() ? "Upload" : ToUtf8(info.message);
  std::erase(message, '\0');
  message = std::string(Trim(message)) + "\n";
  if (!info.digest.empty()) message += "\n" + Trailer(info.digest);
  return message;
}

std::string CommitBytes(const git_oid& tree, const std::optional<git_oid>& parent, const CommitInfo& info) {
  const auto seconds = std::chrono::duration_cast<Seconds>(info.time.time_since_epoch()).count();
  const auto person = Person(info.author);
  std::string bytes = fmt::format("tree {}\n", ToText(tree));
  if (parent) bytes += fmt::format("parent {}\n", ToText(*parent));
  bytes += fmt::format("author {} <{}@edm> {} +0000\n", person, person, seconds);
  bytes += fmt::format("committer edm <edm@edm> {} +0000\n", seconds);
  return bytes + "\n" + Message(info);
}

Result<bool> HasTree(git_repository* open, const git_oid& commit, const git_oid& tree) {
  git_commit* found = nullptr;
  if (const auto code = git_commit_lookup(&found, open, &commit); code != 0)
    return GitFailure("commit", code);
  const GitCommit held(found);
  return git_oid_equal(git_commit_tree_id(held.get()), &tree) != 0;
}

}  // namespace

Result<Committed> CommitTree(git_repository* open, const std::string& repo, const std::string& branch,
                             const std::string& directory, const CommitInfo& info) {
  const RepoRefs refs(open, repo);
  const auto full_name = BranchRef(branch);
  std::optional<git_oid> parent;
  if (const auto head = refs.Read(full_name); head.ok()) {
    parent = *head;
  } else if (head.error().code != Code::kNotFound) {
    return head.error();
  }
  git_odb* opened = nullptr;
  if (const auto code = git_repository_odb(&opened, open); code != 0) return GitFailure("repo " + repo, code);
  const GitOdb odb(opened);
  EDM_TRY(auto plan, PlanTree(odb.get(), directory));
  if (parent) {
    EDM_TRY(const auto same, HasTree(open, *parent, plan.root));
    if (same) return Committed{ToText(*parent), true};
  }
  PackObject commit{.type = GIT_OBJECT_COMMIT, .bytes = CommitBytes(plan.root, parent, info)};
  commit.size = commit.bytes.size();
  git_odb_hash(&commit.id, commit.bytes.data(), commit.bytes.size(), GIT_OBJECT_COMMIT);
  const auto id = ToText(commit.id);
  plan.missing.push_back(std::move(commit));
  EDM_CHECK(WritePack(odb.get(), std::string(git_repository_path(open)) + "objects/pack", plan.missing));
  EDM_CHECK(refs.Move(full_name, parent ? ToText(*parent) : std::string(kNoCommit), id));
  return Committed{id, false};
}

Result<std::string> FindUploaded(git_repository* open, const std::string& repo, const std::string& branch,
                                 const std::string& digest) {
  EDM_TRY(const auto head, RepoRefs(open, repo).Read("refs/heads/" + branch));
  git_commit* found = nullptr;
  if (const auto code = git_commit_lookup(&found, open, &head); code != 0) return GitFailure("commit", code);
  const GitCommit held(found);
  const std::string_view message = git_commit_message(held.get());
  if (!digest.empty() && message.ends_with("\n\n" + Trailer(digest))) return ToText(head);
  return Error{Code::kNotFound,
               fmt::format("upload in {} of repo {}", Shown(branch), repo),
               "the newest commit was made of something else",
               {},
               "send it again"};
}

}  // namespace edm::master
