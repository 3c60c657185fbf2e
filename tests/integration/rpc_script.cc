#include <memory>

#include "tests/integration/rpc_fixture.h"

namespace edm::rpc::testing {
namespace {

void Get(Notes& notes, const std::shared_ptr<ServerCall>& call, const v1::GetInstanceRequest& request) {
  if (request.id() == "hang") {
    call->OnCancel([&notes] { notes.Add("get cancelled"); });
    // A handler that waits for something keeps its call; here the notes do, for ever.
    static std::vector<std::shared_ptr<ServerCall>> kept;
    kept.push_back(call);
    notes.Add("get hangs");
    return;
  }
  if (request.id() == "drop") return;
  if (request.id() == "none") {
    return call->Finish(
        Error{Code::kNotFound, "instance none", "there is no such instance", {"looked"}, "edmctl ls"});
  }
  v1::Instance instance;
  instance.set_id(request.id());
  instance.set_owner(call->caller().name);
  instance.set_revision("7");
  call->Send(instance);
  call->Finish(Ok());
}

struct Upload : std::enable_shared_from_this<Upload> {
  Notes& notes;
  std::shared_ptr<ServerCall> call;
  std::size_t bytes = 0;
  Upload(Notes& to, std::shared_ptr<ServerCall> by) : notes(to), call(std::move(by)) {}
  void Next() {
    call->Read([self = shared_from_this()](const google::protobuf::Message* message) {
      if (message == nullptr) return self->End();
      self->bytes += static_cast<const v1::UploadSourceRequest*>(message)->data().size();
      self->Next();
    });
  }
  void End() {
    notes.Add("upload ended");
    v1::Operation operation;
    operation.set_id(std::to_string(bytes));
    operation.set_state(v1::Operation::RUNNING);
    call->Send(operation);
    call->Finish(Ok());
  }
};

struct Watch : std::enable_shared_from_this<Watch> {
  Notes& notes;
  std::shared_ptr<ServerCall> call;
  unsigned left;
  unsigned sent = 0;
  Watch(Notes& to, std::shared_ptr<ServerCall> by, unsigned events)
      : notes(to), call(std::move(by)), left(events) {}
  v1::OperationEvent Event() {
    v1::OperationEvent event;
    event.set_cursor(std::to_string(++sent));
    event.mutable_log()->set_text(std::string(left > 1'000 ? 10'000 : 1, 'x'));
    return event;
  }
  void Next() {
    if (left-- == 0) return call->Finish(Ok());
    call->Send(Event(), [self = shared_from_this()](bool ok) {
      if (!ok) return self->notes.Add("watch lost its client");
      self->Next();
    });
  }
};

void StartWatch(Notes& notes, const std::shared_ptr<ServerCall>& call,
                const v1::WatchOperationRequest& request) {
  call->OnCancel([&notes] { notes.Add("watch cancelled"); });
  const auto& id = request.id();
  auto watch = std::make_shared<Watch>(notes, call, id == "endless" ? 100'000'000U : id == "3" ? 3U : 2'000U);
  if (id == "flood") {
    for (int i = 0; i < 2'000; ++i) {
      call->Send(watch->Event(), [&notes](bool ok) {
        if (!ok) notes.Add("flood refused");
      });
    }
    return call->Finish(Ok());
  }
  if (id == "quiet") {
    static std::vector<std::shared_ptr<ServerCall>> kept;
    kept.push_back(call);
    return notes.Add("watch quiet");
  }
  if (!request.after().empty()) notes.Add("after " + request.after());
  watch->Next();
}

void Echo(const std::shared_ptr<ServerCall>& call) {
  call->Read([call](const google::protobuf::Message* message) {
    v1::ExecOutput output;
    if (message == nullptr) {
      output.set_exit_code(7);
      call->Send(output);
      return call->Finish(Ok());
    }
    output.set_output(static_cast<const v1::ExecInput*>(message)->input());
    call->Send(output, [call](bool ok) {
      if (ok) Echo(call);
    });
  });
}

}  // namespace

void ServeScript(MethodTable& table, Notes& notes) {
  table.On<v1::GetInstanceRequest>("edm.v1.Master/GetInstance",
                                   [&](auto call, const auto& request) { Get(notes, call, request); });
  table.On<v1::UploadSourceRequest>("edm.v1.Master/UploadSource", [&](auto call, const auto& first) {
    call->OnCancel([&notes] { notes.Add("upload cancelled"); });
    notes.Add("upload of " + first.id() + " until " + std::to_string(first.until()));
    auto upload = std::make_shared<Upload>(notes, call);
    upload->bytes = first.data().size();
    upload->Next();
  });
  table.On<v1::WatchOperationRequest>("edm.v1.Master/WatchOperation", [&](auto call, const auto& request) {
    StartWatch(notes, call, request);
  });
  table.On<v1::ExecInput>("edm.v1.Master/Exec", [](auto call, const auto&) { Echo(call); });
}

}  // namespace edm::rpc::testing
