#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "master/ports/git_server.h"

namespace edm::master {

// One of the three requests of git's smart HTTP protocol; nothing else is served.
struct GitRoute {
  enum class Service : std::uint8_t { kRead, kWrite } service = Service::kRead;  // upload-pack, receive-pack
  bool advertises = false;  // info/refs: the refs, before anything is transferred
  RepoName repo;            // both names checked; the owner as it was written
};

// `path` and `query` as they came, still encoded: no name of ours needs an escape. kNotFound for what is no
// route, kInvalidArgument for a method or query that does not fit one.
Result<GitRoute> FindGitRoute(std::string_view method, std::string_view path, std::string_view query);

// The password of "Basic …"; none: no such header, or not of this form.
struct BasicCredentials {
  std::string user;
  std::string password;
};
std::optional<BasicCredentials> ParseBasic(std::string_view authorization);

}  // namespace edm::master
