#include "master/api/git/git_route.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::master {
namespace {

constexpr std::string_view kUploadPack = "git-upload-pack";
constexpr std::string_view kReceivePack = "git-receive-pack";

Error NoRoute(std::string_view path) {
  return Error{Code::kNotFound,
               "path '" + Shown(path) + "'",
               "is no git request",
               {},
               "clone /git/<owner>/<instance>.git"};
}

std::optional<GitRoute::Service> ServiceNamed(std::string_view name) {
  if (name == kUploadPack) return GitRoute::Service::kRead;
  if (name == kReceivePack) return GitRoute::Service::kWrite;
  return std::nullopt;
}

}  // namespace

Result<GitRoute> FindGitRoute(std::string_view method, std::string_view path, std::string_view query) {
  const auto parts = Split(path, '/');  // "", "git", owner, "<name>.git", and one or two more
  if (parts.size() < 5 || parts.size() > 6 || !parts[0].empty() || parts[1] != "git") return NoRoute(path);
  constexpr std::string_view kSuffix = ".git";
  if (!parts[3].ends_with(kSuffix)) return NoRoute(path);
  GitRoute route;
  route.repo = {parts[2], parts[3].substr(0, parts[3].size() - kSuffix.size())};
  EDM_CHECK(CheckOwner(route.repo.owner));
  EDM_CHECK(CheckInstanceId(route.repo.name));
  const bool refs = parts.size() == 6 && parts[4] == "info" && parts[5] == "refs";
  const auto service = refs ? ServiceNamed(query.starts_with("service=") ? query.substr(8) : "")
                       : parts.size() == 5 ? ServiceNamed(parts[4])
                                           : std::nullopt;
  if (!refs && !service) return NoRoute(path);
  if (!service) {
    return Error{Code::kInvalidArgument,
                 "repo " + Shown(route.repo.name),
                 "is served by git's smart protocol only",
                 {},
                 "use git 1.6.6 or later"};
  }
  if (method != (refs ? "GET" : "POST")) {
    return Error{
        Code::kUnimplemented, "method " + Shown(method), "does not fit this path", {}, "use a git client"};
  }
  route.service = *service;
  route.advertises = refs;
  return route;
}

std::optional<BasicCredentials> ParseBasic(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (Folded(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  const auto decoded = FromBase64(Trim(authorization.substr(kScheme.size())));
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

}  // namespace edm::master
