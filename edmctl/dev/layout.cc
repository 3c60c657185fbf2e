#include "edmctl/dev/layout.h"

namespace edm::ctl {
namespace {
std::string Loopback(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
}  // namespace

DevLayout DevLayout::From(const Paths& paths) {
  DevLayout layout;
  layout.master_data = paths.dev_data + "/master";
  layout.worker_data = paths.dev_data + "/worker";
  layout.state = paths.dev_state;
  layout.record = paths.dev_state + "/record.json";
  layout.admin_token = layout.master_data + "/admin.token";
  return layout;
}

std::string MasterAddress(const DevPorts& ports) { return Loopback(ports.grpc); }
std::string HttpUrl(const DevPorts& ports) { return "http://" + Loopback(ports.http); }

std::vector<std::string> MasterFlags(const DevLayout& layout, const DevPorts& ports) {
  return {"--data-dir",    layout.master_data,   "--grpc-listen",    Loopback(ports.grpc),
          "--http-listen", Loopback(ports.http), "--cluster-listen", Loopback(ports.cluster)};
}

std::vector<std::string> WorkerFlags(const DevLayout& layout, const DevRecord& record) {
  std::vector<std::string> flags = {"--data-dir",
                                    layout.worker_data,
                                    "--id",
                                    kDevWorker,
                                    "--master",
                                    Loopback(record.ports.cluster),
                                    "--rpc-listen",
                                    Loopback(record.ports.worker_rpc),
                                    "--http-listen",
                                    Loopback(record.ports.worker_http),
                                    "--public-address",
                                    record.public_address};
  if (record.public_address == "127.0.0.1") {  // nobody else is to reach what nobody was told of
    flags.push_back("--bind-address");
    flags.push_back(record.public_address);
  }
  if (!record.docker_socket.empty()) {
    flags.push_back("--docker-socket");
    flags.push_back(record.docker_socket);
  }
  return flags;
}

}  // namespace edm::ctl
