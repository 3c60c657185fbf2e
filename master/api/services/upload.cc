#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/incoming_source.h"
#include "master/api/services/instance_to_make.h"
#include "master/api/services/origin.h"
#include "master/api/services/take_plan.h"
#include "master/core/git/commit_spec.h"
#include "master/core/open_delete.h"

namespace edm::master {
namespace {

std::string SourceDataOf(const google::protobuf::Message& message) {
  return static_cast<const v1::UploadSourceRequest&>(message).data();
}

Status CheckMessage(const std::string& message) {
  if (message.size() <= 4'096 && message.find('\0') == std::string::npos && IsUtf8(message)) return Ok();
  return Error{
      Code::kInvalidArgument, "message", "it is longer than 4 KiB, or not plain UTF-8", {}, "shorten it"};
}

// What can be judged before the files have come.
Result<Begin> Prepare(const ServiceParts& parts, const v1::UploadSourceRequest& request) {
  Begin begin;
  EDM_CHECK(CheckInstanceId(request.id()));
  EDM_CHECK(CheckMessage(request.message()));
  if (!v1::Until::Value_IsValid(request.until())) {
    return Error{Code::kInvalidArgument, "until", "it is none that is known", {}, "SOURCE, BUILT or RUNNING"};
  }
  begin.instance = request.id();
  const auto until = static_cast<Until>(request.until());
  const bool only_source = until == Until::kDefault || until == Until::kSource;
  begin.kind = only_source ? OperationKind::kSource : OperationKind::kDeploy;
  begin.until = only_source ? Until::kSource : until;
  begin.operation = FreshOperationId(parts.entropy);
  if (request.has_timeout()) begin.timeout = rpc::FromProto(request.timeout());
  EDM_CHECK(TakePlan(request, begin));
  const auto view = parts.cluster.View();
  if (request.create()) {
    EDM_TRY(begin.create, InstanceToMake(*view, request));
  } else if (view->instances.Find(request.id()) == nullptr) {
    return NoSuch("instance", request.id(), view->instances, "edmctl ls");
  }
  return begin;
}

// All about it but the commit and the branch that it becomes.
Source SourceOf(const StagedTree& staged) {
  return {.kind = SourceKind::kUpload,
          .digest = staged.digest(),
          .files = staged.files(),
          .size_kib = static_cast<std::uint32_t>((staged.bytes() + 1023) / 1024)};
}

// A newer order may have taken this one's place, and a delete the repo, while the files came in.
Status CheckWanted(const ServiceParts& parts, const Accepted& accepted, const RepoName& repo) {
  const auto view = parts.cluster.View();
  if (!MayHaveRepo(*view, accepted.instance) && !parts.git.DeleteRepo(repo).ok())
    parts.cluster.Report(ReposLeft{{accepted.instance}});
  if (view->open.contains(accepted.operation)) return Ok();
  return Error{
      Code::kCancelled, "operation " + accepted.operation, "it has ended meanwhile", {}, "send it again"};
}

// Puts the staged files into git for an operation that waits for them. On the pool.
Result<Source> Commit(const ServiceParts& parts, const Accepted& accepted, const std::string& actor,
                      const std::string& message, const StagedTree& staged) {
  const auto& id = accepted.instance;
  const auto record = parts.cluster.View()->instances.Find(id);
  if (record == nullptr) return Error{Code::kNotFound, "instance " + id, "it is gone", {}, "edmctl ls"};
  const auto& instance = record->instance;
  const RepoName repo{instance.owner, id};
  EDM_CHECK(parts.git.EnsureOwner(repo.owner));
  EDM_CHECK(parts.git.EnsureRepo(repo, instance.spec.branch));
  EDM_CHECK(CheckWanted(parts, accepted, repo));
  EDM_TRY(const auto committed, parts.git.Push(repo, instance.spec.branch, staged.directory(),
                                               {actor, message, staged.digest(), parts.clock.Now()}));
  auto source = SourceOf(staged);
  source.commit = committed.commit;
  source.branch = instance.spec.branch;
  EDM_TRY(const auto spec, SpecOf(parts.git, repo, source.commit));
  source.replicas = spec.replicas;
  return source;
}

void Deliver(const ServiceParts& parts, const CallPointer& call, const Accepted& accepted,
             const std::string& message, const StagedTree& staged) {
  SourceTaken taken{accepted.operation, Commit(parts, accepted, call->caller().name, message, staged)};
  parts.cluster.Report(std::move(taken), [call, &cluster = parts.cluster, accepted](const Result<Accepted>&) {
    ReplyOperation(*call, cluster, accepted);
  });
}

void OnStaged(const ServiceParts& parts, const CallPointer& call, const v1::UploadSourceRequest& request,
              Begin begin, const std::shared_ptr<StagedTree>& staged) {
  auto origin = OriginOf(*call, parts, request, staged->digest());
  if (!origin.ok()) return call->Finish(origin.error());
  begin.origin = std::move(origin).value();
  begin.upload = SourceOf(*staged);
  parts.cluster.Submit(
      std::move(begin), [parts, call, staged, message = request.message()](const Result<Accepted>& accepted) {
        if (!accepted.ok() || accepted->repeated) return ReplyOperation(*call, parts.cluster, accepted);
        const bool posted = parts.pool.Post([parts, call, staged, message, accepted = *accepted] {
          Deliver(parts, call, accepted, message, *staged);
        });
        if (posted) return;
        const Error busy{
            Code::kResourceExhausted, "master", "too much work waits already", {}, "send it again later"};
        parts.cluster.Report(SourceTaken{accepted->operation, busy});
        call->Finish(busy);
      });
}

}  // namespace

void RegisterUpload(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::UploadSourceRequest>(
      "edm.v1.Master/UploadSource", [parts](CallPointer call, const v1::UploadSourceRequest& request) {
        auto begin = Prepare(parts, request);
        if (!begin.ok()) return call->Finish(begin.error());
        auto head = std::make_shared<v1::UploadSourceRequest>(request);
        head->clear_data();
        const auto incoming = std::make_shared<IncomingSource>(
            parts, call, &SourceDataOf,
            [parts, call, head, begin = std::move(begin).value()](const std::shared_ptr<StagedTree>& staged) {
              OnStaged(parts, call, *head, begin, staged);
            });
        incoming->Begin(request.data());
      });
}

}  // namespace edm::master
