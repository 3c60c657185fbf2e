#include "common/rpc/access.h"

#include "common/base/text.h"
#include "common/rpc/grpc_server.h"
#include "edm/v1/http.pb.h"

namespace edm::rpc {
namespace {

Result<Caller> AdmitPerson(const Credentials& credentials, const Authenticate& authenticate) {
  if (credentials.bearer.empty()) {
    return Error{Code::kUnauthenticated,
                 "authorization",
                 "no token was given",
                 {},
                 "send the header 'Authorization: Bearer <token>'; 'edmctl token create' makes one"};
  }
  EDM_TRY(auto caller, authenticate(Credentials{credentials.bearer, ""}));
  caller.bearer = credentials.bearer;
  if (caller.kind == Caller::Kind::kPerson) return caller;
  return Error{Code::kPermissionDenied,
               "authorization",
               "this token is for joining a worker, not for people",
               {},
               "use a token made by 'edmctl token create'"};
}

Result<Caller> AdmitWorker(const Credentials& credentials, const Authenticate& authenticate) {
  if (credentials.worker.empty()) {
    return Error{Code::kUnauthenticated,
                 "client certificate",
                 "no certificate of a worker was shown",
                 {},
                 "join the worker to this master first"};
  }
  EDM_TRY(auto caller, authenticate(Credentials{"", credentials.worker, credentials.enrolment}));
  if (caller.kind == Caller::Kind::kWorker) return caller;
  return Error{Code::kPermissionDenied,
               "client certificate",
               "it is not a worker's",
               {},
               "join the worker to this master"};
}

}  // namespace

Result<Caller> Admit(const google::protobuf::MethodDescriptor& method, const Credentials& credentials,
                     const Authenticate& authenticate) {
  switch (method.options().GetExtension(edm::v1::access)) {
    case edm::v1::ACCESS_PUBLIC:
      return Caller{};
    case edm::v1::ACCESS_PEOPLE:
      return AdmitPerson(credentials, authenticate);
    case edm::v1::ACCESS_WORKER:
      return AdmitWorker(credentials, authenticate);
    default:
      return Error{Code::kPermissionDenied, method.full_name(), "this method is open to no one", {}, ""};
  }
}

std::string_view BearerOf(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (Folded(authorization.substr(0, kScheme.size())) != kScheme) return {};
  return Trim(authorization.substr(kScheme.size()));
}

Authenticate OnlyMaster() {
  return [](const Credentials& credentials) -> Result<Caller> {
    if (credentials.worker == kMasterName) return Caller{Caller::Kind::kWorker, credentials.worker, ""};
    return Error{Code::kPermissionDenied, "client certificate", "only the master may call a worker", {}, ""};
  };
}

}  // namespace edm::rpc
