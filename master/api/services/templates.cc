#include <google/protobuf/empty.pb.h>

#include <algorithm>

#include "edm/v1/master_service.pb.h"
#include "master/api/services/incoming_source.h"
#include "master/api/services/origin.h"
#include "master/core/idempotency.h"

namespace edm::master {
namespace {

constexpr char kOwner[] = "templates";
constexpr char kBranch[] = "main";

std::string TemplateDataOf(const google::protobuf::Message& message) {
  return static_cast<const v1::UploadTemplateRequest&>(message).data();
}

v1::Template Describe(const std::string& name, const std::string& commit, const StagedTree& staged) {
  v1::Template answer;
  answer.set_name(name);
  answer.set_commit(commit);
  answer.set_files(staged.files());
  return answer;
}

Result<std::string> Store(const ServiceParts& parts, const v1::UploadTemplateRequest& head,
                          const std::string& actor, const StagedTree& staged) {
  const RepoName repo{kOwner, head.name()};
  EDM_CHECK(parts.git.EnsureOwner(kOwner));
  EDM_CHECK(parts.git.EnsureRepo(repo, kBranch));
  const auto now = parts.clock.Now();
  EDM_TRY(const auto committed,
          parts.git.Push(repo, kBranch, staged.directory(), {actor, head.message(), staged.digest(), now}));
  return committed.commit;
}

// Git keeps no request ids: they are looked up before it is changed, and kept by the cluster afterwards.
Result<std::optional<Accepted>> Repeated(const ServiceParts& parts, const Origin& origin) {
  return FindRepeat(*parts.cluster.View(), origin);
}

void OnStaged(const ServiceParts& parts, const CallPointer& call, const v1::UploadTemplateRequest& head,
              const std::shared_ptr<StagedTree>& staged) {
  auto origin = OriginOf(*call, parts, head, staged->digest());
  if (!origin.ok()) return call->Finish(origin.error());
  const auto repeated = Repeated(parts, *origin);
  if (!repeated.ok()) return call->Finish(repeated.error());
  if (*repeated) return Reply(*call, Describe(head.name(), (*repeated)->commit, *staged));
  const auto commit = Store(parts, head, call->caller().name, *staged);
  if (!commit.ok()) return call->Finish(commit.error());
  parts.cluster.Submit(TemplateChanged{std::move(*origin), head.name(), *commit},
                       [call, staged, name = head.name()](const Result<Accepted>& accepted) {
                         if (!accepted.ok()) return call->Finish(accepted.error());
                         Reply(*call, Describe(name, accepted->commit, *staged));
                       });
}

Result<v1::ListTemplatesResponse> List(GitServer& git) {
  EDM_TRY(const auto repos, git.ListRepos());
  v1::ListTemplatesResponse response;
  for (const auto& repo : repos) {
    if (repo.owner != kOwner) continue;
    auto& one = *response.add_templates();
    one.set_name(repo.name);
    if (const auto commit = git.Resolve(repo, ""); commit.ok()) one.set_commit(*commit);
  }
  return response;
}

Status Delete(const ServiceParts& parts, const std::string& name) {
  EDM_CHECK(CheckTemplateName(name));
  const auto view = parts.cluster.View();
  for (const auto& [id, record] : view->instances.all()) {
    if (record->instance.spec.template_name == name) {
      return Error{Code::kFailedPrecondition,
                   "template " + name,
                   "instance " + id + " is built with it",
                   {},
                   "give that instance another template first"};
    }
  }
  const RepoName repo{kOwner, name};
  EDM_TRY(const auto repos, parts.git.ListRepos());
  if (std::find(repos.begin(), repos.end(), repo) == repos.end()) {
    return Error{Code::kNotFound,
                 "template " + name,
                 "there is none of that name",
                 {},
                 "edmctl template ls lists those there are"};
  }
  return parts.git.DeleteRepo(repo);
}

void OnDelete(const ServiceParts& parts, const CallPointer& call, const v1::DeleteTemplateRequest& request) {
  auto origin = OriginOf(*call, parts, request);
  if (!origin.ok()) return call->Finish(origin.error());
  const auto repeated = Repeated(parts, *origin);
  if (!repeated.ok()) return call->Finish(repeated.error());
  if (*repeated) return Reply(*call, google::protobuf::Empty());
  if (auto outcome = Delete(parts, request.name()); !outcome.ok()) return call->Finish(outcome);
  parts.cluster.Submit(TemplateChanged{std::move(*origin), request.name(), ""},
                       [call](const Result<Accepted>& accepted) {
                         if (!accepted.ok()) return call->Finish(accepted.error());
                         Reply(*call, google::protobuf::Empty());
                       });
}

}  // namespace

void RegisterTemplates(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::UploadTemplateRequest>(
      "edm.v1.Master/UploadTemplate", [parts](CallPointer call, const v1::UploadTemplateRequest& request) {
        if (auto good = CheckTemplateName(request.name()); !good.ok()) return call->Finish(good);
        auto head = std::make_shared<v1::UploadTemplateRequest>(request);
        head->clear_data();
        const auto incoming = std::make_shared<IncomingSource>(
            parts, call, &TemplateDataOf, [parts, call, head](const std::shared_ptr<StagedTree>& staged) {
              OnStaged(parts, call, *head, staged);
            });
        incoming->Begin(request.data());
      });
  table.On<v1::ListTemplatesRequest>("edm.v1.Master/ListTemplates", [parts](CallPointer call, const auto&) {
    OnPool(parts, call, [parts, call] {
      const auto response = List(parts.git);
      if (!response.ok()) return call->Finish(response.error());
      Reply(*call, *response);
    });
  });
  table.On<v1::DeleteTemplateRequest>(
      "edm.v1.Master/DeleteTemplate", [parts](CallPointer call, const v1::DeleteTemplateRequest& request) {
        OnPool(parts, call, [parts, call, request] { OnDelete(parts, call, request); });
      });
}

}  // namespace edm::master
