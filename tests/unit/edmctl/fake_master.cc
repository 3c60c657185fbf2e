#include "tests/unit/edmctl/fake_master.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <thread>

#include "common/rpc/status.h"
#include "edmctl/output/json.h"

namespace edm::ctl {

FakeMaster::FakeMaster(const std::string& token, const std::string& listen) : token_(token) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeMaster::~FakeMaster() { server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1)); }

std::vector<std::string> FakeMaster::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string FakeMaster::uploaded() const {
  const std::lock_guard lock(mutex_);
  return uploaded_;
}

grpc::Status FakeMaster::Note(const Context& context, const std::string& method,
                              const google::protobuf::Message& request) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(method + " " + ToJsonLine(request));
  const auto given = context.client_metadata().find("authorization");
  if (given != context.client_metadata().end() &&
      std::string(given->second.data(), given->second.size()) == "Bearer " + token_) {
    return grpc::Status::OK;
  }
  return rpc::ToGrpc(Error{Code::kUnauthenticated, "the token", "is not known", {}, "ask for another"});
}

grpc::Status FakeMaster::Begin(v1::Operation* operation, const std::string& instance,
                               v1::Operation::Kind kind) {
  operation->set_id("op-81d0");
  operation->set_instance(instance);
  operation->set_kind(kind);
  operation->set_state(v1::Operation::RUNNING);
  return grpc::Status::OK;
}

grpc::Status FakeMaster::GetVersion(Context* context, const google::protobuf::Empty* request,
                                    v1::Version* version) {
  version->set_version("0.1.0");
  version->set_api(1);
  return Note(*context, "GetVersion", *request);
}

grpc::Status FakeMaster::CreateInstance(Context* context, const v1::CreateInstanceRequest* request,
                                        v1::Instance* instance) {
  instance->set_id(request->id());
  instances[request->id()] = *instance;
  return Note(*context, "CreateInstance", *request);
}

grpc::Status FakeMaster::GetInstance(Context* context, const v1::GetInstanceRequest* request,
                                     v1::Instance* instance) {
  if (auto status = Note(*context, "GetInstance", *request); !status.ok()) return status;
  const auto found = instances.find(request->id());
  if (found == instances.end()) {
    return rpc::ToGrpc(
        Error{Code::kNotFound, "instance " + request->id(), "does not exist", {}, "edmctl ls"});
  }
  *instance = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeMaster::ListInstances(Context* context, const v1::ListInstancesRequest* request,
                                       v1::ListInstancesResponse* response) {
  for (const auto& [id, instance] : instances) {
    const auto& worker = instance.status().worker();
    const bool is_there = request->worker().empty() || worker.empty() || worker == request->worker();
    if (is_there) *response->add_instances() = instance;
  }
  return Note(*context, "ListInstances", *request);
}

grpc::Status FakeMaster::UpdateInstance(Context* context, const v1::UpdateInstanceRequest* request,
                                        v1::Instance* instance) {
  instance->set_id(request->id());
  return Note(*context, "UpdateInstance", *request);
}

grpc::Status FakeMaster::UploadSource(Context* context, grpc::ServerReader<v1::UploadSourceRequest>* reader,
                                      v1::Operation* operation) {
  v1::UploadSourceRequest first;
  v1::UploadSourceRequest piece;
  reader->Read(&first);
  if (auto status = Note(*context, "UploadSource", first); !status.ok()) return status;
  std::string bytes = first.data();
  while (reader->Read(&piece)) bytes += piece.data();
  const std::lock_guard lock(mutex_);
  uploaded_ = bytes;
  instances[first.id()].set_id(first.id());
  return Begin(operation, first.id(), v1::Operation::DEPLOY);
}

grpc::Status FakeMaster::DeployInstance(Context* context, const v1::DeployInstanceRequest* request,
                                        v1::Operation* operation) {
  if (auto status = Note(*context, "DeployInstance", *request); !status.ok()) return status;
  return Begin(operation, request->id(), v1::Operation::DEPLOY);
}

grpc::Status FakeMaster::StartInstance(Context* context, const v1::StartInstanceRequest* request,
                                       v1::Operation* operation) {
  if (auto status = Note(*context, "StartInstance", *request); !status.ok()) return status;
  return Begin(operation, request->id(), v1::Operation::START);
}

grpc::Status FakeMaster::StopInstance(Context* context, const v1::StopInstanceRequest* request,
                                      v1::Operation* operation) {
  if (auto status = Note(*context, "StopInstance", *request); !status.ok()) return status;
  return Begin(operation, request->id(), v1::Operation::STOP);
}

grpc::Status FakeMaster::DeleteInstance(Context* context, const v1::DeleteInstanceRequest* request,
                                        v1::Operation* operation) {
  if (auto status = Note(*context, "DeleteInstance", *request); !status.ok()) return status;
  instances.erase(request->id());
  return Begin(operation, request->id(), v1::Operation::DELETE);
}

grpc::Status FakeMaster::GetFootprint(Context* context, const v1::GetFootprintRequest* request,
                                      v1::Footprint* answer) {
  *answer = footprint;
  return Note(*context, "GetFootprint", *request);
}

grpc::Status FakeMaster::WatchOperation(Context* context, const v1::WatchOperationRequest* request,
                                        grpc::ServerWriter<v1::OperationEvent>* writer) {
  if (auto status = Note(*context, "WatchOperation", *request); !status.ok()) return status;
  std::size_t sent = 0;
  bool after = request->after().empty();
  for (const auto& event : events) {
    if (!after) {
      after = event.cursor() == request->after();
      continue;
    }
    if (watch_breaks_after > 0 && sent == watch_breaks_after) return {grpc::StatusCode::UNAVAILABLE, "cut"};
    if (!writer->Write(event)) return grpc::Status::CANCELLED;
    ++sent;
    std::this_thread::sleep_for(pause_between_events);
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
  }
  return grpc::Status::OK;
}

grpc::Status FakeMaster::GetOperation(Context* context, const v1::GetOperationRequest* request,
                                      v1::Operation* operation) {
  if (!events.empty()) *operation = events.back().ended();
  return Note(*context, "GetOperation", *request);
}

grpc::Status FakeMaster::StreamLogs(Context* context, const v1::StreamLogsRequest* request,
                                    grpc::ServerWriter<v1::LogLine>* writer) {
  if (auto status = Note(*context, "StreamLogs", *request); !status.ok()) return status;
  for (const auto& line : log_lines) writer->Write(line);
  return grpc::Status::OK;
}

grpc::Status FakeMaster::Exec(Context* context,
                              grpc::ServerReaderWriter<v1::ExecOutput, v1::ExecInput>* stream) {
  v1::ExecInput input;
  stream->Read(&input);
  if (auto status = Note(*context, "Exec", input); !status.ok()) return status;
  v1::ExecOutput output;
  while (stream->Read(&input) && !input.end_of_input()) {
    output.set_output(input.input());
    stream->Write(output);
  }
  output.set_exit_code(3);
  stream->Write(output);
  return grpc::Status::OK;
}

grpc::Status FakeMaster::ScaleInstance(Context* context, const v1::ScaleInstanceRequest* request,
                                       v1::Operation* operation) {
  if (auto status = Note(*context, "ScaleInstance", *request); !status.ok()) return status;
  return Begin(operation, request->id(), v1::Operation::SCALE);
}

grpc::Status FakeMaster::MoveInstance(Context* context, const v1::MoveInstanceRequest* request,
                                      v1::Operation* operation) {
  if (auto status = Note(*context, "MoveInstance", *request); !status.ok()) return status;
  if (request->give_up_data()) instances.erase(request->id());  // it is elsewhere
  return Begin(operation, request->id(), v1::Operation::MOVE);
}

grpc::Status FakeMaster::UpdateWorker(Context* context, const v1::UpdateWorkerRequest* request,
                                      v1::Worker* worker) {
  worker->set_id(request->id());
  return Note(*context, "UpdateWorker", *request);
}

grpc::Status FakeMaster::GetWorker(Context* context, const v1::GetWorkerRequest* request,
                                   v1::Worker* worker) {
  worker->set_id(request->id());
  worker->set_state(v1::Worker::READY);
  auto& engine = *worker->mutable_engine();
  engine.set_version("20.10.24");
  engine.set_api_version("1.41");
  engine.set_storage_driver("overlay2");
  engine.set_cgroup_version("2");
  return Note(*context, "GetWorker", *request);
}

grpc::Status FakeMaster::CreateToken(Context* context, const v1::CreateTokenRequest* request,
                                     v1::CreateTokenResponse* response) {
  response->set_secret("made-up");
  *response->mutable_token() = v1::Token();
  response->mutable_token()->set_name(request->name());
  return Note(*context, "CreateToken", *request);
}

namespace {

google::protobuf::Timestamp At(std::int64_t millis) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'700'000'000 + millis / 1000);
  time.set_nanos(static_cast<std::int32_t>(millis % 1000 * 1'000'000));
  return time;
}

struct Script {
  std::vector<v1::OperationEvent> events;
  v1::Operation operation;

  v1::OperationEvent& Next(std::int64_t millis) {
    auto& event = events.emplace_back();
    event.set_cursor("c" + std::to_string(events.size()));
    event.set_operation("op-81d0");
    *event.mutable_time() = At(millis);
    return event;
  }

  void Step(const std::string& name, const std::string& detail, std::int64_t from, std::int64_t to,
            v1::Step::State state = v1::Step::DONE) {
    v1::Step step;
    step.set_name(name);
    step.set_state(v1::Step::RUNNING);
    *step.mutable_started_at() = At(from);
    *Next(from).mutable_step() = step;
    step.set_state(state);
    step.set_detail(detail);
    *step.mutable_ended_at() = At(to);
    *Next(to).mutable_step() = step;
    *operation.add_steps() = step;
  }

  void Log(const std::string& service, const std::string& text, std::int64_t at) {
    auto* log = Next(at).mutable_log();
    log->set_service(service);
    log->set_text(text);
  }

  void End(v1::Operation::State state, std::int64_t at) {
    operation.set_id("op-81d0");
    operation.set_instance("shop");
    operation.set_kind(v1::Operation::DEPLOY);
    operation.set_state(state);
    *operation.mutable_created_at() = At(0);
    *operation.mutable_ended_at() = At(at);
    auto* endpoint = operation.add_endpoints();
    endpoint->set_service("web");
    endpoint->set_url("http://10.0.0.12:30081");
    *Next(at).mutable_ended() = operation;
  }
};

}  // namespace

std::vector<v1::OperationEvent> GoodDeployment() {
  Script script;
  script.Step("source", "a1c93fe", 0, 300);
  script.Step("place", "worker-2: load 0.21, has cache", 300, 320);
  script.Step("policy", "compose.yaml, 3 services", 320, 520);
  script.Log("web", "#5 RUN make", 600);
  script.Log("migrate", "#7 DONE 9.8s", 700);
  script.Step("build", "web 14.2 s, migrate 9.8 s", 520, 14'820);
  script.Step("start", "migrate exit 0, db healthy, web healthy", 14'820, 18'220);
  script.operation.set_release(4);
  script.End(v1::Operation::DONE, 18'220);
  return script.events;
}

std::vector<v1::OperationEvent> FailedDeployment() {
  Script script;
  script.Step("source", "a1c93fe", 0, 300);
  script.Step("start", "web unhealthy", 300, 60'300, v1::Step::FAILED);
  auto* failure = script.operation.mutable_failure();
  failure->set_code("FAILED_PRECONDITION");
  failure->set_object("shop/web");
  failure->set_cause("not healthy in 60 s: nothing listens on 8000");
  failure->add_evidence("it listens on 3000; check \"curl :8000/health\" exit 7, 12 times");
  failure->add_evidence("web | ready on port 3000");
  failure->set_hint("set PORT=8000, or health.port: 3000 in edm.yaml");
  script.operation.set_restored_release(4);
  script.End(v1::Operation::FAILED, 60'400);
  return script.events;
}

}  // namespace edm::ctl
