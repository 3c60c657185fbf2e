#include "tests/contracts/consul_agent.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>

#include "common/base/unique_fd.h"
#include "common/rpc/http/client.h"

namespace edm {
namespace {

// Held together until all are known, so that they differ.
template <std::size_t kCount>
void PickFreePorts(std::uint16_t (&ports)[kCount]) {
  std::array<UniqueFd, kCount> held;
  for (std::size_t i = 0; i < kCount; ++i) {
    held[i].Reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EDM_ASSERT(::bind(held[i].get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    EDM_ASSERT(::getsockname(held[i].get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ports[i] = ::ntohs(address.sin_port);
  }
}

}  // namespace

ConsulAgent::ConsulAgent() {
  PickFreePorts(ports_);
  url_ = "http://127.0.0.1:" + std::to_string(ports_[0]);
  Start();
}

ConsulAgent::~ConsulAgent() { Kill(); }

void ConsulAgent::Kill() {
  process_->Kill();
  drain_.join();
  process_.reset();
}

void ConsulAgent::Start() {
  const auto ports = "ports { http = " + std::to_string(ports_[0]) +
                     " server = " + std::to_string(ports_[1]) + " serf_lan = " + std::to_string(ports_[2]) +
                     " serf_wan = " + std::to_string(ports_[3]) + " dns = -1 grpc = -1 https = -1 }";
  auto started = runner_.Start(
      {.argv = {"consul", "agent", "-server", "-bootstrap-expect=1", "-bind=127.0.0.1", "-client=127.0.0.1",
                "-node=contract", "-data-dir=" + folder_.path() + "/data", "-log-level=err", "-hcl", ports,
                "-hcl", "performance { raft_multiplier = 1 }", "-hcl", "disable_update_check = true"},
       .directory = folder_.path(),
       .deadline = Millis(600'000)});
  EDM_ASSERT(started.ok());
  process_ = std::move(started).value();
  drain_ = std::thread([this] {
    std::array<char, 4096> bytes;
    for (auto got = process_->Read(bytes); got.ok() && *got > 0; got = process_->Read(bytes)) {
    }
  });
  AwaitLeader();
}

void ConsulAgent::AwaitLeader() const {
  rpc::HttpClient client({.url = url_});
  for (int tries = 0; tries < 300; ++tries) {
    const auto written =
        client.Call({.method = "PUT", .target = "/v1/kv/ready", .body = "1", .deadline = Millis(2'000)});
    if (written.ok() && written->ok()) return;
    std::this_thread::sleep_for(Millis(50));
  }
  EDM_ASSERT(false);
}

}  // namespace edm
