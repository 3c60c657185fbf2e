#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/assert.h"

namespace edm {

// What the caller should do next decides the code; the numbers are gRPC's canonical ones.
enum class Code : std::uint8_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,   // Mend the request.
  kDeadlineExceeded = 4,  // Perhaps done: ask before trying again.
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,   // A named limit was met.
  kFailedPrecondition = 9,  // The state must change first.
  kAborted = 10,            // Read again, then modify and write again.
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,     // A fault of ours.
  kUnavailable = 14,  // The same call may succeed a little later.
  kDataLoss = 15,
  kUnauthenticated = 16,
};

// "NOT_FOUND" and so on: gRPC's names, also used in JSON.
std::string_view CodeName(Code code);

// A failure as people read it: the object, the cause, what was seen, what to do next.
// All text is lower case, without a final full stop; no field ever holds a credential.
struct Error {
  Code code = Code::kUnknown;
  std::string object;                 // "instance shop", "compose.yaml:12 services.web.privileged"
  std::string cause;                  // why
  std::vector<std::string> evidence;  // what was seen: last lines, exit codes; 50 lines at most
  std::string hint;                   // the next step

  bool operator==(const Error&) const = default;
};

// "object: cause (hint)", on one line, for logs and tests.
std::string ToString(const Error& error);

// Says whose failure this was: `error` as it is, with `object` set where none was named.
Error About(Error error, std::string_view object);

struct Unit {
  bool operator==(const Unit&) const = default;
};

// A value or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit on purpose

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    EDM_ASSERT(ok());
    return std::get<0>(held_);
  }
  T& value() & {
    EDM_ASSERT(ok());
    return std::get<0>(held_);
  }
  T&& value() && {
    EDM_ASSERT(ok());
    return std::get<0>(std::move(held_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const& {
    EDM_ASSERT(!ok());
    return std::get<1>(held_);
  }
  Error&& error() && {
    EDM_ASSERT(!ok());
    return std::get<1>(std::move(held_));
  }

 private:
  std::variant<T, Error> held_;
};

using Status = Result<Unit>;
inline Status Ok() { return Unit{}; }

}  // namespace edm

#define EDM_CONCAT_(a, b) a##b
#define EDM_CONCAT(a, b) EDM_CONCAT_(a, b)
#define EDM_TRY_(held, lhs, expr)                 \
  auto held = (expr);                             \
  if (!held.ok()) return std::move(held).error(); \
  lhs = std::move(held).value()

// EDM_TRY(auto x, F());  binds the value, or returns the error from the enclosing function.
#define EDM_TRY(lhs, expr) EDM_TRY_(EDM_CONCAT(edm_try_, __LINE__), lhs, expr)

// EDM_CHECK(F());  for a Status whose value is of no interest.
#define EDM_CHECK(expr)                                                                   \
  do {                                                                                    \
    if (auto edm_status = (expr); !edm_status.ok()) return std::move(edm_status).error(); \
  } while (false)
