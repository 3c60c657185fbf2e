#include "common/rpc/status.h"

#include <array>
#include <utility>

#include "common/base/text.h"
#include "edm/v1/status.pb.h"

namespace edm::rpc {
namespace {

constexpr std::size_t kDetailsMax =
    4 * 1024;                             // bytes; in base64, with the message, below stock clients' 8 KiB
constexpr std::size_t kMessageMax = 512;  // bytes
constexpr int kCodes = 17;

// Cuts at a character's start, so that the result is UTF-8 if `text` was.
void CutTo(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U) --bytes_max;
  text.resize(bytes_max);
}

// Drops the oldest evidence until the rest fits, and says so.
void Fit(edm::v1::Failure& failure) {
  if (failure.ByteSizeLong() <= kDetailsMax) return;
  constexpr std::size_t kTextMax = 1024;  // bytes
  CutTo(*failure.mutable_object(), kTextMax);
  CutTo(*failure.mutable_cause(), kTextMax);
  CutTo(*failure.mutable_hint(), kTextMax);
  for (auto& line : *failure.mutable_evidence()) CutTo(line, kTextMax / 2);
  int dropped = 0;
  const int all = failure.evidence_size();
  auto size = failure.ByteSizeLong();
  for (; dropped < all && size > kDetailsMax - 64; ++dropped) size -= failure.evidence(dropped).size() + 2;
  if (dropped == 0) return;
  failure.mutable_evidence()->DeleteSubrange(0, dropped - 1);
  failure.set_evidence(0, "(" + Counted(static_cast<std::uint64_t>(dropped), "earlier line") + " left out)");
}

constexpr std::array<std::pair<Code, int>, 16> kHttp = {{
    {Code::kCancelled, 499},
    {Code::kUnknown, 500},
    {Code::kInvalidArgument, 400},
    {Code::kDeadlineExceeded, 504},
    {Code::kNotFound, 404},
    {Code::kAlreadyExists, 409},
    {Code::kPermissionDenied, 403},
    {Code::kResourceExhausted, 429},
    {Code::kFailedPrecondition, 409},
    {Code::kAborted, 409},
    {Code::kOutOfRange, 400},
    {Code::kUnimplemented, 501},
    {Code::kInternal, 500},
    {Code::kUnavailable, 503},
    {Code::kDataLoss, 500},
    {Code::kUnauthenticated, 401},
}};

}  // namespace

Code CodeFromName(std::string_view name) {
  for (int i = 0; i < kCodes; ++i) {
    if (CodeName(static_cast<Code>(i)) == name) return static_cast<Code>(i);
  }
  return Code::kUnknown;
}

edm::v1::Failure ToFailure(const Error& error) {
  edm::v1::Failure failure;
  failure.set_code(std::string(CodeName(error.code)));
  failure.set_object(ToUtf8(error.object));
  failure.set_cause(ToUtf8(error.cause));
  failure.set_hint(ToUtf8(error.hint));
  for (const auto& line : error.evidence) failure.add_evidence(ToUtf8(line));
  return failure;
}

Error FromFailure(const edm::v1::Failure& failure) {
  return Error{CodeFromName(failure.code()),
               failure.object(),
               failure.cause(),
               {failure.evidence().begin(), failure.evidence().end()},
               failure.hint()};
}

grpc::Status ToGrpc(const Error& error) {
  auto message = ToUtf8(ToString(error));
  CutTo(message, kMessageMax);
  auto failure = ToFailure(error);
  Fit(failure);
  edm::v1::StatusDetails details;
  details.set_code(static_cast<int>(error.code));
  details.set_message(message);
  details.add_details()->PackFrom(failure);
  return {static_cast<grpc::StatusCode>(error.code), message, details.SerializeAsString()};
}

Error FromGrpc(const grpc::Status& status, std::string_view object) {
  edm::v1::StatusDetails details;
  edm::v1::Failure failure;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      if (detail.UnpackTo(&failure)) return About(FromFailure(failure), object);
    }
  }
  const auto number = static_cast<int>(status.error_code());
  const auto code = number > 0 && number < kCodes ? static_cast<Code>(number) : Code::kUnknown;
  Error error{code, std::string(object), ToUtf8(status.error_message()), {}, ""};
  if (error.cause.empty()) error.cause = Folded(CodeName(code));
  if (code == Code::kUnavailable) error.hint = "is it running and reachable?";
  return error;
}

int HttpStatus(Code code) {
  for (const auto& [own, http] : kHttp) {
    if (own == code) return http;
  }
  return code == Code::kOk ? 200 : 500;
}

Code CodeFromHttp(int http_status) {
  if (http_status >= 200 && http_status < 300) return Code::kOk;
  switch (http_status) {
    case 405:
      return Code::kUnimplemented;
    case 408:
      return Code::kDeadlineExceeded;
    case 409:
      return Code::kFailedPrecondition;
    case 412:
      return Code::kAborted;
    case 413:
      return Code::kResourceExhausted;
    case 415:
      return Code::kInvalidArgument;
    case 500:
      return Code::kInternal;
    case 502:
      return Code::kUnavailable;
    default:
      break;
  }
  for (const auto& [own, http] : kHttp) {
    if (http == http_status) return own;
  }
  return Code::kUnknown;
}

}  // namespace edm::rpc
