#pragma once

#include <grpcpp/server.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "edm/v1/master_service.grpc.pb.h"

namespace edm::ctl {

// A master of scripted answers on a loopback port: it keeps instances, and every operation shows the events
// it was given. Thread-safe; tests set the members before the program under test runs.
class FakeMaster final : public v1::Master::Service {
 public:
  explicit FakeMaster(const std::string& token = "secret", const std::string& listen = "127.0.0.1:0");
  ~FakeMaster() override;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  // Answers of WatchOperation for every operation; the last one has `ended`.
  std::vector<v1::OperationEvent> events;
  // Each watch ends with UNAVAILABLE after that many events; 0 never.
  std::size_t watch_breaks_after = 0;
  Millis pause_between_events{0};
  std::map<std::string, v1::Instance> instances;
  v1::Footprint footprint;
  std::vector<v1::LogLine> log_lines;

  // What was asked, in order, as "Method {json}".
  std::vector<std::string> asked() const;
  std::string uploaded() const;

  using Context = grpc::ServerContext;
  grpc::Status GetVersion(Context*, const google::protobuf::Empty*, v1::Version*) override;
  grpc::Status CreateInstance(Context*, const v1::CreateInstanceRequest*, v1::Instance*) override;
  grpc::Status GetInstance(Context*, const v1::GetInstanceRequest*, v1::Instance*) override;
  grpc::Status ListInstances(Context*, const v1::ListInstancesRequest*, v1::ListInstancesResponse*) override;
  grpc::Status UpdateInstance(Context*, const v1::UpdateInstanceRequest*, v1::Instance*) override;
  grpc::Status UploadSource(Context*, grpc::ServerReader<v1::UploadSourceRequest>*, v1::Operation*) override;
  grpc::Status DeployInstance(Context*, const v1::DeployInstanceRequest*, v1::Operation*) override;
  grpc::Status StartInstance(Context*, const v1::StartInstanceRequest*, v1::Operation*) override;
  grpc::Status StopInstance(Context*, const v1::StopInstanceRequest*, v1::Operation*) override;
  grpc::Status ScaleInstance(Context*, const v1::ScaleInstanceRequest*, v1::Operation*) override;
  grpc::Status MoveInstance(Context*, const v1::MoveInstanceRequest*, v1::Operation*) override;
  grpc::Status UpdateWorker(Context*, const v1::UpdateWorkerRequest*, v1::Worker*) override;
  grpc::Status DeleteInstance(Context*, const v1::DeleteInstanceRequest*, v1::Operation*) override;
  grpc::Status GetFootprint(Context*, const v1::GetFootprintRequest*, v1::Footprint*) override;
  grpc::Status WatchOperation(Context*, const v1::WatchOperationRequest*,
                              grpc::ServerWriter<v1::OperationEvent>*) override;
  grpc::Status GetOperation(Context*, const v1::GetOperationRequest*, v1::Operation*) override;
  grpc::Status StreamLogs(Context*, const v1::StreamLogsRequest*, grpc::ServerWriter<v1::LogLine>*) override;
  grpc::Status Exec(Context*, grpc::ServerReaderWriter<v1::ExecOutput, v1::ExecInput>*) override;
  grpc::Status GetWorker(Context*, const v1::GetWorkerRequest*, v1::Worker*) override;
  grpc::Status CreateToken(Context*, const v1::CreateTokenRequest*, v1::CreateTokenResponse*) override;

 private:
  grpc::Status Note(const Context& context, const std::string& method,
                    const google::protobuf::Message& request);
  grpc::Status Begin(v1::Operation* operation, const std::string& instance, v1::Operation::Kind kind);

  const std::string token_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::string uploaded_;
};

// Events of a deployment that went well: source, place, build with two lines, start.
std::vector<v1::OperationEvent> GoodDeployment();
// One whose start failed, after which release 4 was put back.
std::vector<v1::OperationEvent> FailedDeployment();

}  // namespace edm::ctl
