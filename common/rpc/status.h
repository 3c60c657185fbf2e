#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "edm/v1/model.pb.h"

namespace edm::rpc {

// "NOT_FOUND" -> kNotFound; kUnknown for what is no name of a code.
Code CodeFromName(std::string_view name);

edm::v1::Failure ToFailure(const Error& error);
Error FromFailure(const edm::v1::Failure& failure);

// The error as message and as details (of the form of google.rpc.Status), lossless up to 4 KiB: beyond, the
// oldest evidence is left out, because clients with stock settings refuse trailers above 8 KiB.
grpc::Status ToGrpc(const Error& error);
// `object` names what was asked when the status brings no details: "master 10.0.0.1:8800".
Error FromGrpc(const grpc::Status& status, std::string_view object);

int HttpStatus(Code code);
// What a status without a problem document means.
Code CodeFromHttp(int http_status);

// application/problem+json (RFC 9457): type, title, status, code, object, cause, evidence, hint.
std::string ToProblem(const Error& error);
std::string ToProblem(const Error& error, int http_status);
// Also takes what is no problem document: then the status says the code and the text becomes evidence.
Error FromProblem(std::string_view body, int http_status, std::string_view object);

}  // namespace edm::rpc
