#include "common/model/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "common/base/text.h"
#include "common/model/member_name.h"

namespace edm {
namespace {

constexpr std::size_t kNameMax = 63;     // characters: a DNS label
constexpr std::size_t kBranchMax = 200;  // characters
constexpr std::size_t kUrlMax = 2048;
constexpr std::size_t kRequestIdMax = 128;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsLower(c) || IsDigit(c) || (c >= 'A' && c <= 'Z'); }

Error Refused(std::string_view what, std::string_view name, std::string_view cause, std::string_view hint) {
  return Error{Code::kInvalidArgument,
               fmt::format("{} '{}'", what, Shown(name)),
               std::string(cause),
               {},
               std::string(hint)};
}

Status CheckLabel(std::string_view what, std::string_view name) {
  constexpr std::string_view kHint = "use a-z, 0-9 and '-', at most 63, starting with a letter or digit";
  if (name.empty()) return Refused(what, name, "is empty", kHint);
  if (name.size() > kNameMax) return Refused(what, name, "is longer than 63 characters", kHint);
  const auto fits = [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; };
  if (!std::ranges::all_of(name, fits) || name.front() == '-') {
    return Refused(what, name, "has characters that are not allowed", kHint);
  }
  return Ok();
}

Status CheckCased(std::string_view what, std::string_view name) {
  constexpr std::string_view kHint =
      "use letters, digits, '.', '_' and '-', at most 63, starting with a letter or digit";
  if (name.empty()) return Refused(what, name, "is empty", kHint);
  if (name.size() > kNameMax) return Refused(what, name, "is longer than 63 characters", kHint);
  const auto fits = [](char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '.'; };
  if (!std::ranges::all_of(name, fits) || !IsAlnum(name.front()) ||
      name.find("..") != std::string_view::npos) {
    return Refused(what, name, "has characters that are not allowed", kHint);
  }
  if (name.back() == '.' || Folded(name).ends_with(".git")) {
    return Refused(what, name, "may not end in '.' or '.git'", kHint);
  }
  return Ok();
}

// Source: git-check-ref-format(1), rules 1 to 10.
bool IsRefName(std::string_view ref) {
  if (ref.empty() || ref.size() > kBranchMax || ref == "@" || ref.front() == '-') return false;
  if (ref.front() == '/' || ref.back() == '/' || ref.back() == '.') return false;
  constexpr std::array<std::string_view, 4> kNowhere = {"..", "//", "@{", "/."};
  for (const auto part : kNowhere) {
    if (ref.find(part) != std::string_view::npos) return false;
  }
  if (ref.front() == '.' || ref.ends_with(".lock") || ref.find(".lock/") != std::string_view::npos)
    return false;
  return std::ranges::all_of(ref, [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("~^:?*[\\").find(c) == std::string_view::npos;
  });
}

// "host", "host:port" or "[::1]:port"; what else may stand there is for the client to try.
bool IsHostAndPort(std::string_view text) {
  const bool literal = text.starts_with('[');
  const auto end = literal ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const auto name = text.substr(literal ? 1 : 0, literal ? end - 1 : end);
  const auto after = text.substr(literal ? end + 1 : end);
  const auto fits = [literal](char c) {
    return IsAlnum(c) || c == '.' || c == (literal ? ':' : '-') || c == '_';
  };
  if (name.empty() || name.front() == '-' || !std::ranges::all_of(name, fits)) return false;
  if (after.empty()) return true;
  constexpr std::size_t kPortDigitsMax = 5;
  return after.front() == ':' && after.size() > 1 && after.size() <= 1 + kPortDigitsMax &&
         std::ranges::all_of(after.substr(1), IsDigit) && std::stoi(std::string(after.substr(1))) <= 65'535;
}

}  // namespace

Status CheckInstanceId(std::string_view id) { return CheckLabel("instance id", id); }
Status CheckInstanceName(std::string_view name) {
  if (name.size() > kNameMax || !IsMember(name)) return CheckInstanceId(name);
  return CheckInstanceId(SetOf(name));
}
Status CheckWorkerId(std::string_view id) { return CheckLabel("worker id", id); }
Status CheckTokenName(std::string_view name) { return CheckLabel("token name", name); }
Status CheckContextName(std::string_view name) { return CheckLabel("context", name); }
Status CheckOwner(std::string_view owner) { return CheckCased("owner", owner); }
Status CheckProject(std::string_view project) { return CheckCased("project", project); }
Status CheckTemplateName(std::string_view name) { return CheckLabel("template", name); }

Status CheckBranch(std::string_view branch) {
  if (IsRefName(branch) && !branch.starts_with("refs/")) return Ok();
  return Refused("branch", branch, "is not a name that git allows",
                 "use something like main or feature/login");
}

Status CheckRef(std::string_view ref) {
  if (IsRefName(ref)) return Ok();
  return Refused("ref", ref, "is not a name that git allows", "give a branch, a tag or a commit");
}

Status CheckGitUrl(std::string_view url) {
  constexpr std::string_view kHint = "give a URL like https://host/owner/repo.git";
  if (url.empty() || url.size() > kUrlMax) return Refused("git URL", url, "is empty or too long", kHint);
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F; })) {
    return Refused("git URL", "", "has spaces, control or non-ASCII characters", kHint);
  }
  constexpr std::array<std::string_view, 3> kSchemes = {"https://", "http://", "ssh://"};
  for (const auto scheme : kSchemes) {
    if (!url.starts_with(scheme)) continue;
    const auto rest = url.substr(scheme.size());
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    const auto at = authority.rfind('@');
    const auto user = at == std::string_view::npos ? std::string_view() : authority.substr(0, at);
    const auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
    // Never quoted: what stands there is a password.
    if (user.find(':') != std::string_view::npos || (!user.empty() && scheme != "ssh://")) {
      return Error{Code::kInvalidArgument,
                   "git URL",
                   "carries credentials",
                   {},
                   "leave them out of the URL, where logs and process lists would show them"};
    }
    if (host.empty() || host.front() == '-' || host.front() == ':') {
      return Refused("git URL", url, "names no host", kHint);
    }
    if (!IsHostAndPort(host)) return Refused("git URL", url, "names no host that there can be", kHint);
    if (user.starts_with('-')) return Refused("git URL", url, "has a user that looks like an option", kHint);
    return Ok();
  }
  return Refused("git URL", url, "is not http, https or ssh", kHint);
}

Status CheckVariable(std::string_view name) {
  const auto fits = [](char c) { return IsAlnum(c) || c == '_'; };
  if (!name.empty() && name.size() <= 256 && !IsDigit(name.front()) && std::ranges::all_of(name, fits))
    return Ok();
  return Refused("variable", name, "is not a variable's name",
                 "use letters, digits and '_', not starting with a digit");
}

Status CheckRequestId(std::string_view id) {
  const auto printable = [](char c) { return c >= ' ' && c < 0x7F; };
  if (id.size() <= kRequestIdMax && std::ranges::all_of(id, printable)) return Ok();
  return Refused("request id", id, "is too long or not printable",
                 "use at most 128 printable ASCII characters");
}

std::string Shown(std::string_view input) {
  constexpr std::size_t kShownMax = 64;
  std::string shown(input.substr(0, kShownMax));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  if (input.size() > kShownMax) shown += "...";
  return shown;
}

}  // namespace edm
