#include "master/adapters/git/commit_file.h"

namespace edm::master {

Result<std::optional<std::string>> ReadCommitFile(git_repository* open, const git_oid& commit,
                                                  const std::string& path, std::size_t bytes_max,
                                                  const std::string& object) {
  git_object* found = nullptr;
  if (const auto code = git_object_lookup(&found, open, &commit, GIT_OBJECT_COMMIT); code != 0)
    return GitFailure(object, code);
  const GitObject held(found);
  git_object* file = nullptr;
  const auto code = git_object_lookup_bypath(&file, held.get(), path.c_str(), GIT_OBJECT_BLOB);
  if (code == GIT_ENOTFOUND || code == GIT_EINVALIDSPEC) return std::optional<std::string>();
  if (code != 0) return GitFailure(object, code);
  const GitObject blob(file);
  const auto* content = reinterpret_cast<const git_blob*>(blob.get());
  const auto size = static_cast<std::size_t>(git_blob_rawsize(content));
  if (size > bytes_max) return std::optional<std::string>();
  return std::optional(std::string(static_cast<const char*>(git_blob_rawcontent(content)), size));
}

}  // namespace edm::master
