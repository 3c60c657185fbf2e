#include "master/adapters/images/image_registry.h"

#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/model/names.h"
#include "common/rpc/http/target.h"

namespace edm::master {
namespace {

using Json = nlohmann::json;

constexpr int kNotFound = 404;
constexpr Seconds kClocksApart{60};  // of the registry and this machine
constexpr std::string_view kManifest = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kDigest = "Docker-Content-Digest";

struct Address {
  std::string server;  // "https://10.0.0.10:5000"
  std::string host;    // "10.0.0.10:5000"
  std::string path;    // "edm", without slashes around it
};

Error BadUrl(const std::string& url) {
  return {Code::kInvalidArgument,
          "registry.url",
          "'" + Shown(url) + "' is no URL of a registry",
          {},
          "write it like https://10.0.0.10:5000, or https://registry.example.org/team/edm"};
}

Result<Address> AddressIn(const std::string& url) {
  constexpr std::string_view kScheme = "://";
  const auto scheme = url.find(kScheme);
  if (scheme == std::string::npos || (url.substr(0, scheme) != "https" && url.substr(0, scheme) != "http"))
    return BadUrl(url);
  const auto from = scheme + kScheme.size();
  const auto slash = url.find('/', from);
  Address address{.server = url.substr(0, slash), .host = url.substr(from, slash - from)};
  if (slash != std::string::npos) address.path = url.substr(slash + 1);
  while (address.path.ends_with('/')) address.path.pop_back();
  const bool is_plain =
      address.host.find_first_of("@?#") == std::string::npos &&
      address.path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._/") == std::string::npos;
  if (address.host.empty() || !is_plain) return BadUrl(url);
  return address;
}

// What the registry says is wrong; never the request, which holds a credential.
Error Unexpected(const std::string& object, const rpc::HttpReply& reply) {
  Error error{Code::kInternal,
              object,
              "the registry answered " + std::to_string(reply.status),
              {},
              "look at the registry's log"};
  const auto said = Json::parse(reply.body, nullptr, false);
  if (said.is_object() && said.contains("errors") && said["errors"].is_array() && !said["errors"].empty())
    error.evidence.push_back(Shown(said["errors"].front().dump()));
  if (reply.status == 401 || reply.status == 403) {
    error.code = Code::kPermissionDenied;
    error.hint = "see registry.credentials, and whether the registry believes this master's tokens";
  }
  if (reply.status >= 500) error.code = Code::kUnavailable;
  return error;
}

std::int64_t UnixSeconds(WallTime time) {
  return std::chrono::floor<Seconds>(time).time_since_epoch().count();
}

// `<...>; rel="next"`: the target of the next page, "" where this was the last.
std::string NextPage(const rpc::HttpReply& reply) {
  const auto link = std::string(reply.headers.Get("Link"));
  const auto from = link.find('<');
  const auto to = link.find('>');
  if (from == std::string::npos || to == std::string::npos || to < from) return "";
  const auto target = link.substr(from + 1, to - from - 1);
  const auto path = target.find("/v2/");
  return path == std::string::npos ? "" : target.substr(path);
}

}  // namespace

Result<std::unique_ptr<ImageRegistry>> ImageRegistry::Open(ImageRegistryOptions options, const Clock& clock) {
  EDM_TRY(auto address, AddressIn(options.url));
  const auto below = address.path.empty() ? std::string("edm") : address.path;
  auto prefix = below + "/" + options.cluster + "/";
  return std::unique_ptr<ImageRegistry>(new ImageRegistry(std::move(options), std::move(address.server),
                                                          std::move(address.host), std::move(prefix), clock));
}

ImageRegistry::ImageRegistry(ImageRegistryOptions options, std::string server, std::string host,
                             std::string prefix, const Clock& clock)
    : options_(std::move(options)),
      host_(std::move(host)),
      prefix_(std::move(prefix)),
      clock_(clock),
      http_({.url = std::move(server), .tls = {.ca = options_.ca}}) {}

Result<std::string> ImageRegistry::TokenFor(const Scope& scope, WallTime until) const {
  const auto now = clock_.Now();
  const Json access{{"type", scope.type}, {"name", scope.name}, {"actions", scope.actions}};
  const Json claims{{"iss", kTokenIssuer},
                    {"aud", kTokenService},
                    {"sub", scope.name},
                    {"iat", UnixSeconds(now)},
                    {"nbf", UnixSeconds(now - kClocksApart)},
                    {"exp", UnixSeconds(until)},
                    {"access", Json::array({access})}};
  return options_.key->Sign(claims.dump());
}

Result<ImageRepository> ImageRegistry::Grant(const std::string& instance, WallTime until) const {
  ImageRepository repository{.registry = host_,
                             .name = RepositoryOf(instance),
                             .user = options_.user,
                             .password = options_.password,
                             .ca = options_.ca};
  if (options_.user.empty() && options_.key) {
    EDM_TRY(repository.token, TokenFor({"repository", repository.name, {"pull", "push"}}, until));
  }
  return repository;
}

Result<rpc::HttpReply> ImageRegistry::Call(const std::string& method, const std::string& target,
                                           const Scope& scope) {
  rpc::HttpCall call;
  call.method = method;
  call.target = target;
  call.deadline = kCallDeadline;
  call.headers.Set("Accept", std::string(kManifest));
  if (!options_.user.empty()) {
    call.headers.Set("Authorization", "Basic " + ToBase64(options_.user + ":" + options_.password));
  } else if (options_.key) {
    EDM_TRY(const auto token, TokenFor(scope, clock_.Now() + kTokenLife));
    call.headers.Set("Authorization", "Bearer " + token);
  }
  return http_.Call(call);
}

Result<std::vector<std::string>> ImageRegistry::List(std::string target, const std::string& key,
                                                     const Scope& scope) {
  std::vector<std::string> all;
  for (std::size_t page = 0; page < kPagesMax && !target.empty(); ++page) {
    EDM_TRY(const auto reply, Call("GET", target, scope));
    if (reply.status == kNotFound) return all;
    if (!reply.ok()) return Unexpected("registry " + host_, reply);
    const auto listed = Json::parse(reply.body, nullptr, false);
    if (listed.is_object() && listed.contains(key) && listed[key].is_array()) {
      for (const auto& one : listed[key]) {
        if (one.is_string()) all.push_back(one.get<std::string>());
      }
    }
    target = NextPage(reply);
  }
  return all;
}

Result<std::vector<std::string>> ImageRegistry::Instances() {
  EDM_TRY(const auto repositories,
          List("/v2/_catalog?n=1000", "repositories", {"registry", "catalog", {"*"}}));
  std::vector<std::string> instances;
  for (const auto& one : repositories) {
    auto instance = one.starts_with(prefix_) ? one.substr(prefix_.size()) : std::string();
    if (!instance.empty() && instance.find('/') == std::string::npos)
      instances.push_back(std::move(instance));
  }
  return instances;
}

Result<std::vector<std::string>> ImageRegistry::Names(const std::string& instance) {
  const auto repository = RepositoryOf(instance);
  return List("/v2/" + repository + "/tags/list", "tags", {"repository", repository, {"pull"}});
}

Status ImageRegistry::Remove(const std::string& instance, const std::string& name) {
  const auto repository = RepositoryOf(instance);
  const Scope scope{"repository", repository, {"pull", "delete"}};
  const auto manifests = "/v2/" + repository + "/manifests/";
  const auto object = "image " + repository + ":" + name;
  EDM_TRY(const auto found, Call("HEAD", manifests + rpc::PercentEncode(name), scope));
  if (found.status == kNotFound) return Ok();
  if (!found.ok()) return Unexpected(object, found);
  const auto digest = std::string(found.headers.Get(kDigest));
  EDM_TRY(const auto removed, Call("DELETE", manifests + rpc::PercentEncode(digest, ":"), scope));
  if (removed.ok() || removed.status == kNotFound) return Ok();
  return Unexpected(object, removed);
}

}  // namespace edm::master
