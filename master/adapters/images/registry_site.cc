#include "master/adapters/images/registry_site.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "common/rpc/secret_file.h"
#include "master/adapters/images/image_registry.h"

namespace edm::master {
namespace {

using Json = nlohmann::json;

constexpr const char* kServerName = "edm-registry";
constexpr const char* kNoRealm =
    "https://edm.invalid/";  // nobody asks for tokens: the master gives them away
constexpr std::chrono::hours kTokenKeyLife{1826 * 24};

// JSON is YAML. No secret of its own: one process answers all of an upload.
std::string ConfigOf(const RegistrySite& site) {
  const auto in = [&](const char* name) { return (site.folder / name).string(); };
  const Json config{
      {"version", 0.1},
      {"log", {{"level", "warn"}, {"accesslog", {{"disabled", true}}}}},
      {"storage", {{"filesystem", {{"rootdirectory", in("storage")}}}, {"delete", {{"enabled", true}}}}},
      {"http",
       {{"addr", site.listen},
        {"tls", {{"certificate", in("server.crt")}, {"key", in("server.key")}, {"minimumtls", "tls1.2"}}},
        {"headers", {{"X-Content-Type-Options", Json::array({"nosniff"})}}}}},
      {"auth",
       {{"token",
         {{"realm", kNoRealm},
          {"service", kTokenService},
          {"issuer", kTokenIssuer},
          {"rootcertbundle", in("tokens.crt")}}}}}};
  return config.dump(2) + "\n";
}

std::string HostIn(const std::string& address) {
  auto host = address.substr(0, address.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

Status PrepareRegistry(const RegistrySite& site, const rpc::CertificateAuthority& authority,
                       const rpc::SigningKey& key, WallTime now) {
  std::error_code failed;
  std::filesystem::create_directories(site.folder / "storage", failed);
  if (failed) {
    return Error{Code::kInternal, site.folder.string(), failed.message(), {}, "make it writable"};
  }
  const std::string host = HostIn(site.listen);
  EDM_TRY(const auto server, authority.IssueServer(kServerName, {&host, 1}, now));
  EDM_TRY(const auto tokens, key.Certificate("edm-registry-tokens", {now, now + kTokenKeyLife}));
  EDM_CHECK(rpc::WriteFileWhole(site.folder / "server.key", server.key, rpc::kSecretMode));
  EDM_CHECK(rpc::WriteFileWhole(site.folder / "server.crt", server.certificate, rpc::kPublicMode));
  EDM_CHECK(rpc::WriteFileWhole(site.folder / "tokens.crt", tokens, rpc::kPublicMode));
  return rpc::WriteFileWhole(site.folder / "config.yml", ConfigOf(site), rpc::kPublicMode);
}

}  // namespace edm::master
