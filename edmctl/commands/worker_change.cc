#include "edmctl/commands/worker_change.h"

#include "common/base/text.h"
#include "common/model/names.h"
#include "edm/v1/master_service.pb.h"
#include "edmctl/commands/worker_hosts.h"
#include "edmctl/output/report.h"

namespace edm::ctl {
namespace {

Result<int> Send(Invocation& invocation, v1::UpdateWorkerRequest request, const std::string& said) {
  request.set_id(invocation.args.Text("worker"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto worker, master->Call<v1::Worker>("UpdateWorker", request));
  if (invocation.json()) {
    invocation.Print(worker);
  } else {
    invocation.Note("worker " + worker.id() + " " + said);
  }
  return kExitDone;
}

Status Remove(Invocation& invocation) {
  v1::RemoveWorkerRequest request;
  request.set_id(invocation.args.Text("worker"));
  request.set_force(invocation.args.Has("force"));
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto done, master->Call<google::protobuf::Empty>("RemoveWorker", request));
  if (invocation.json()) {
    invocation.Print(done);
  } else {
    invocation.Note("worker " + request.id() + " is removed; its certificate is worth nothing any more");
  }
  return Ok();
}

}  // namespace

Result<int> Cordon(Invocation& invocation) {
  v1::UpdateWorkerRequest request;
  request.set_availability(v1::Worker::CLOSED);
  return Send(invocation, std::move(request), "takes nothing new; what it has stays");
}

Result<int> Uncordon(Invocation& invocation) {
  v1::UpdateWorkerRequest request;
  request.set_availability(v1::Worker::ACTIVE);
  return Send(invocation, std::move(request), "takes instances again");
}

Result<int> Label(Invocation& invocation) {
  v1::UpdateWorkerRequest request;
  for (const auto& text : invocation.args.All("label")) {
    const auto equals = text.find('=');
    if (text.empty() || equals == 0)
      return UsageError(text + " is no label", "KEY=VALUE, or KEY- to remove it");
    if (equals != std::string::npos) {
      (*request.mutable_labels())[text.substr(0, equals)] = text.substr(equals + 1);
    } else if (text.ends_with('-')) {
      request.add_remove_labels(text.substr(0, text.size() - 1));
    } else {
      return UsageError(text + " is no label", "KEY=VALUE, or KEY- to remove it");
    }
  }
  return Send(invocation, std::move(request), "is labelled");
}

Result<int> RemoveWorker(Invocation& invocation) {
  const auto url = invocation.args.Text("host");
  if (url.empty()) {
    EDM_CHECK(Remove(invocation));
    return kExitDone;
  }
  const auto id = invocation.args.Text("worker");
  return TakeDown(invocation, url, [&](const std::string& there) -> Status {
    if (there != id) return UsageError("at " + url + " is worker " + Shown(there), "give the host of " + id);
    auto removed = Remove(invocation);
    // A removal that broke off on the machine goes on there.
    if (!removed.ok() && removed.error().code == Code::kNotFound) return Ok();
    return removed;
  });
}

Result<int> ResumeMoves(Invocation& invocation) {
  EDM_TRY(auto* master, invocation.Master());
  EDM_TRY(const auto done, master->Call<google::protobuf::Empty>("ResumeMoves", v1::ResumeMovesRequest()));
  if (invocation.json()) invocation.Print(done);
  if (!invocation.json()) invocation.Note("what lost workers held is placed elsewhere again");
  return kExitDone;
}

}  // namespace edm::ctl
