#include "tests/integration/registry_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>

#include "common/base/unique_fd.h"
#include "master/adapters/images/registry_site.h"

namespace edm {
namespace {

std::uint16_t FreePort() {
  const UniqueFd held(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EDM_ASSERT(::bind(held.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  EDM_ASSERT(::getsockname(held.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ::ntohs(address.sin_port);
}

}  // namespace

RegistryServer::RegistryServer()
    : authority_(rpc::CertificateAuthority::Open(folder_.path() + "/ca", clock_.Now()).value()),
      listen_("127.0.0.1:" + std::to_string(FreePort())) {
  const auto key = rpc::SigningKey::From(kSecret).value();
  EDM_ASSERT(
      master::PrepareRegistry({folder_.path() + "/registry", listen_}, authority_, key, clock_.Now()).ok());
  Start();
}

RegistryServer::~RegistryServer() { Stop(); }

void RegistryServer::Stop() {
  if (process_ == nullptr) return;
  process_->Kill();
  drain_.join();
  process_.reset();
}

void RegistryServer::Start() {
  if (process_ != nullptr) return;
  auto started = runner_.Start({.argv = {"docker-registry", "serve", folder_.path() + "/registry/config.yml"},
                                .directory = folder_.path(),
                                .deadline = Millis(600'000)});
  EDM_ASSERT(started.ok());
  process_ = std::move(started).value();
  drain_ = std::thread([this] {
    std::array<char, 4096> bytes;
    for (auto got = process_->Read(bytes); got.ok() && *got > 0; got = process_->Read(bytes)) {
    }
  });
  const auto registry = Open(kSecret);
  for (int tries = 0; tries < 200; ++tries) {
    if (registry->Names("ready").ok()) return;
    std::this_thread::sleep_for(Millis(50));
  }
  EDM_ASSERT(false);
}

std::unique_ptr<master::ImageRegistry> RegistryServer::Open(std::string_view secret) const {
  return master::ImageRegistry::Open({.url = url(),
                                      .ca = authority_.certificate(),
                                      .cluster = authority_.fingerprint().substr(0, 8),
                                      .key = rpc::SigningKey::From(secret).value()},
                                     clock_)
      .value();
}

}  // namespace edm
