#include "master/app/image_place.h"

#include <fstream>
#include <iterator>

#include "common/base/text.h"
#include "common/rpc/secret_file.h"
#include "master/adapters/images/image_registry.h"
#include "master/adapters/images/registry_site.h"

namespace edm::master {
namespace {

constexpr std::size_t kClusterDigits = 8;  // of the CA's fingerprint

Error BadSetting(const char* key, std::string cause, std::string hint) {
  return {Code::kInvalidArgument, key, std::move(cause), {}, std::move(hint)};
}

Status ReadCredentials(const std::string& path, ImageRegistryOptions& registry) {
  EDM_TRY(const auto text, rpc::ReadSecretFile(path));
  if (!text)
    return BadSetting("registry.credentials", "there is no file " + path, "write user:password into it");
  const std::string line(Trim(*text));
  const auto colon = line.find(':');
  if (colon == std::string::npos || colon == 0)
    return BadSetting("registry.credentials", path + " does not say user:password", "write one such line");
  registry.user = line.substr(0, colon);
  registry.password = line.substr(colon + 1);
  return Ok();
}

Result<std::string> ReadCa(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (rpc::CertificateEnd(text)) return text;
  return BadSetting("registry.ca", "there is no certificate in " + path, "name a PEM file");
}

Status CheckListens(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon != std::string::npos && colon != 0 && !address.starts_with("0.0.0.0:") &&
      !address.starts_with("[::]:"))
    return Ok();
  return BadSetting("registry.listen", "'" + address + "' is not where workers reach it",
                    "name an address of this machine and a port, like 10.0.0.10:5000");
}

}  // namespace

Result<std::unique_ptr<ImageStore>> PlaceImages(const ImageGround& on, const MasterOptions& options) {
  const auto& listen = options.registry_listen;
  if (listen.empty() && options.registry_url.empty()) return std::unique_ptr<ImageStore>();
  ImageRegistryOptions registry{
      .url = options.registry_url.empty() ? "https://" + listen : options.registry_url,
      .ca = on.authority.certificate(),
      .cluster = on.authority.fingerprint().substr(0, kClusterDigits)};
  EDM_TRY(registry.key, rpc::SigningKey::From(on.secrets.Derive("tokens of the registry")));
  if (!options.registry_credentials.empty())
    EDM_CHECK(ReadCredentials(options.registry_credentials, registry));
  if (!registry.user.empty() || registry.url.starts_with("http://")) registry.ca.clear();
  if (!options.registry_ca.empty()) {
    EDM_TRY(registry.ca, ReadCa(options.registry_ca));
  }
  if (!listen.empty()) {
    EDM_CHECK(CheckListens(listen));
    EDM_CHECK(PrepareRegistry({on.data / "registry", listen}, on.authority, *registry.key, on.clock.Now()));
  }
  EDM_TRY(auto made, ImageRegistry::Open(std::move(registry), on.clock));
  return std::unique_ptr<ImageStore>(std::move(made));
}

}  // namespace edm::master
