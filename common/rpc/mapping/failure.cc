#include "common/rpc/mapping/failure.h"

#include "common/base/text.h"

namespace edm::rpc {
namespace {

Code CodeNamed(std::string_view name) {
  constexpr auto kLast = static_cast<int>(Code::kUnauthenticated);
  for (int number = 0; number <= kLast; ++number) {
    const auto code = static_cast<Code>(number);
    if (CodeName(code) == name) return code;
  }
  return Code::kUnknown;
}

}  // namespace

v1::Failure ToProto(const Error& error) {
  v1::Failure failure;
  failure.set_code(std::string(CodeName(error.code)));
  failure.set_object(ToUtf8(error.object));
  failure.set_cause(ToUtf8(error.cause));
  for (const auto& line : error.evidence) failure.add_evidence(ToUtf8(line));
  failure.set_hint(ToUtf8(error.hint));
  return failure;
}

Error FromProto(const v1::Failure& failure) {
  return {.code = CodeNamed(failure.code()),
          .object = failure.object(),
          .cause = failure.cause(),
          .evidence = {failure.evidence().begin(), failure.evidence().end()},
          .hint = failure.hint()};
}

}  // namespace edm::rpc
