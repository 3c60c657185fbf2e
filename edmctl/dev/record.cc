#include "edmctl/dev/record.h"

#include <nlohmann/json.hpp>

#include "edmctl/os/files.h"

namespace edm::ctl {
namespace {

nlohmann::json MarkJson(const ProcessMark& mark) { return {{"pid", mark.pid}, {"started", mark.started}}; }

ProcessMark MarkFrom(const nlohmann::json& json) {
  return {json.at("pid").get<pid_t>(), json.at("started").get<std::uint64_t>()};
}

}  // namespace

Result<std::optional<DevRecord>> LoadRecord(const std::string& path) {
  auto text = ReadFile(path);
  if (!text.ok()) {
    if (text.error().code == Code::kNotFound) return std::optional<DevRecord>();
    return std::move(text).error();
  }
  try {
    const auto json = nlohmann::json::parse(*text);
    DevRecord record;
    const auto& ports = json.at("ports");
    record.ports = {ports.at("grpc"), ports.at("http"), ports.at("cluster"), ports.at("worker_http"),
                    ports.at("worker_rpc")};
    record.systemd = json.at("systemd");
    record.joined = json.at("joined");
    record.public_address = json.value("public_address", record.public_address);
    record.docker_socket = json.value("docker_socket", record.docker_socket);
    record.master = MarkFrom(json.at("master"));
    record.worker = MarkFrom(json.at("worker"));
    return std::optional(record);
  } catch (const nlohmann::json::exception& exception) {
    return Error{Code::kFailedPrecondition,
                 path,
                 "is not what edmctl wrote",
                 {exception.what()},
                 "end edm-master and edm-worker by hand, then remove it"};
  }
}

Status SaveRecord(const std::string& path, const DevRecord& record) {
  const nlohmann::json json = {{"ports",
                                {{"grpc", record.ports.grpc},
                                 {"http", record.ports.http},
                                 {"cluster", record.ports.cluster},
                                 {"worker_http", record.ports.worker_http},
                                 {"worker_rpc", record.ports.worker_rpc}}},
                               {"systemd", record.systemd},
                               {"joined", record.joined},
                               {"public_address", record.public_address},
                               {"docker_socket", record.docker_socket},
                               {"master", MarkJson(record.master)},
                               {"worker", MarkJson(record.worker)}};
  return WriteFile(path, json.dump(2) + "\n", 0600);
}

}  // namespace edm::ctl
