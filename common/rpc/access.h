#pragma once

#include <google/protobuf/descriptor.h>

#include <string_view>

#include "common/base/result.h"
#include "common/rpc/call.h"

namespace edm::rpc {

// Lets a caller through to a method, as the method's `access` option says; a method without one is open to no
// one. Errors: kUnauthenticated (nothing was shown, or it is not believed), kPermissionDenied (believed, but
// the wrong kind).
Result<Caller> Admit(const google::protobuf::MethodDescriptor& method, const Credentials& credentials,
                     const Authenticate& authenticate);

// The token in "Bearer <token>"; empty when the header has another form.
std::string_view BearerOf(std::string_view authorization);

}  // namespace edm::rpc
