#include "worker/adapters/docker/engine_error.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace edm::worker {
namespace {

constexpr std::size_t kEngineErrorBytesMax = 512;

struct Known {
  std::string_view words;
  Code code;
  std::string_view hint;
};

// What the engine says with a plain 500 or 409, and what it means for the caller.
constexpr std::array kKnown{
    Known{"no space left on device", Code::kResourceExhausted,
          "free space on the engine's disk, then try again"},
    Known{"port is already allocated", Code::kResourceExhausted,
          "stop what holds the port; the worker then takes it"},
    Known{"address already in use", Code::kResourceExhausted,
          "stop what holds the port; the worker then takes it"},
    Known{"Pool overlaps", Code::kAborted, "give the worker another subnet pool"},
    Known{"networks have overlapping IPv4", Code::kAborted, "give the worker another subnet pool"},
    Known{"all predefined address pools", Code::kResourceExhausted, "delete networks that are not needed"},
    Known{"is already in progress", Code::kAborted, "try again in a moment"},
    Known{"has active endpoints", Code::kAborted, "something is still connected to it"},
    Known{"volume is in use", Code::kAborted, "a container still uses it"},
    Known{"already in use by container", Code::kAlreadyExists, "remove or rename the container of that name"},
    Known{"pull access denied", Code::kFailedPrecondition,
          "see the image's name, and whether this machine may pull it"},
    Known{"dial tcp", Code::kUnavailable,
          "the engine did not reach the image's registry: see the image's name, and the machine's network"},
    Known{"Client.Timeout exceeded", Code::kUnavailable,
          "the engine did not reach the image's registry in time: see the machine's network"},
    Known{"x509: ", Code::kFailedPrecondition,
          "the engine does not believe the registry's certificate: see /etc/docker/certs.d"},
    Known{"manifest unknown", Code::kFailedPrecondition, "see the image's name and tag"},
    Known{"no such image", Code::kFailedPrecondition, "build or pull it first"},
    Known{"executable file not found", Code::kFailedPrecondition,
          "see that the image holds the program it is to run"},
    Known{"invalid reference format", Code::kInvalidArgument, "see the image's name"},
    Known{"error setting rlimit", Code::kFailedPrecondition,
          "see ulimits of the service: the engine cannot give more than it may have itself"},
    Known{"OCI runtime", Code::kFailedPrecondition,
          "see command, entrypoint, user and mounts of the service"},
};

Code ByStatus(int status) {
  switch (status) {
    case 400:
      return Code::kInvalidArgument;
    case 401:
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kNotFound;
    case 409:
      return Code::kFailedPrecondition;
    case 503:
      return Code::kUnavailable;
    default:
      return Code::kInternal;
  }
}

bool HoldsFolded(const std::string& folded, std::string_view words) {
  return folded.find(Folded(words)) != std::string::npos;
}

}  // namespace

Error EngineError(int status, std::string_view message, std::string_view object) {
  Error error{ByStatus(status), std::string(object), std::string(message), {}, ""};
  if (error.cause.empty())
    error.cause = "the engine answered " + std::to_string(status) + " without a reason";
  const std::string folded = Folded(message);
  const auto known = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const Known& one) { return HoldsFolded(folded, one.words); });
  if (known != kKnown.end()) {
    // What is not there is not there, whatever the words.
    if (error.code != Code::kNotFound) error.code = known->code;
    error.hint = known->hint;
  } else {
    error.hint = "the engine's log tells more";
  }
  return error;
}

std::string EngineMessage(std::string_view body) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  std::string text(body);
  if (document.is_object() && document.contains("message") && document["message"].is_string()) {
    text = document["message"].get<std::string>();
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  text = std::string(Trim(text));
  if (text.size() > kEngineErrorBytesMax) text.resize(kErrorBytesMax);
  return ToUtf8(text);
}

}  // namespace edm::worker
