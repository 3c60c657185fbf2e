#pragma once

#include <filesystem>

namespace edm {

// Removes what a push that was killed has left half made in a bare repo: quarantined objects, and locks of
// tags. No push of the repo may be under way; others may write to it.
void RemovePushLeftovers(const std::filesystem::path& repo);

// Removes what a git or libgit2 that was killed has left half made in a bare repo: locks, at which every
// later change of the same ref would fail, quarantined objects and unfinished packs. Nobody else may be
// writing to the repo. What cannot be removed stays for the next time.
void RemoveGitLeftovers(const std::filesystem::path& repo);

}  // namespace edm
