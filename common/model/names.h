#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace edm {

// The one door for names: whatever comes from outside passes here before it is used anywhere.
// Errors are kInvalidArgument, name the object and its form, and quote at most 64 printable characters.

// [a-z0-9][a-z0-9-]{0,62}: instance, worker, service-safe everywhere (DNS, compose project, repo, key).
Status CheckInstanceId(std::string_view id);
// An instance that is there: such an id, or the name of a member (member_name.h), likewise at most 63.
Status CheckInstanceName(std::string_view name);
Status CheckWorkerId(std::string_view id);
Status CheckTokenName(std::string_view name);
Status CheckContextName(std::string_view name);

// [A-Za-z0-9][A-Za-z0-9._-]{0,62}, not ending in ".git" or "." and without "..". Keeps its case for display;
// two that differ only in case are the same (text.h Folded).
Status CheckOwner(std::string_view owner);
Status CheckProject(std::string_view project);
Status CheckTemplateName(std::string_view name);

// git's own rules for branch names (git-check-ref-format), and not starting with '-'.
Status CheckBranch(std::string_view branch);
// A branch, tag, "refs/…" name or 7 to 40 hex digits.
Status CheckRef(std::string_view ref);

// http, https or ssh with a host; no credentials inside, no control characters, no leading '-', and no
// "ext::", "file://" or local path.
Status CheckGitUrl(std::string_view url);

// [A-Za-z_][A-Za-z0-9_]*: an environment variable.
Status CheckVariable(std::string_view name);

// At most 128 printable ASCII characters.
Status CheckRequestId(std::string_view id);

// What a person may be shown of any input: printable ASCII, the rest as '?', cut to 64 characters.
std::string Shown(std::string_view input);

}  // namespace edm
