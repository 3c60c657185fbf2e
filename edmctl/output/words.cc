#include "edmctl/output/words.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace edm::ctl {

WallTime ToWallTime(const google::protobuf::Timestamp& time) {
  return WallTime(Millis(time.seconds() * 1000 + time.nanos() / 1'000'000));
}

Millis Between(const google::protobuf::Timestamp& from, const google::protobuf::Timestamp& to) {
  return std::max(Millis(0), ToWallTime(to) - ToWallTime(from));
}

std::string Age(const google::protobuf::Timestamp& time, WallTime now) {
  if (time.seconds() == 0) return "-";
  const auto seconds = std::max<std::int64_t>(0, (now - ToWallTime(time)).count() / 1000);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172'800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86'400);
}

namespace {

std::string StateOf(v1::Phase::Value phase, v1::Health::Value health) {
  auto state = Folded(v1::Phase::Value_Name(phase));
  if (phase == v1::Phase::RUNNING && health != v1::Health::UNKNOWN)
    state += ", " + Folded(v1::Health::Value_Name(health));
  return state;
}

}  // namespace

std::string StateOf(const v1::Instance& instance) {
  return StateOf(instance.status().phase(), instance.status().health());
}

std::string StateOf(const v1::InstanceStatus::Member& member) {
  return StateOf(member.phase(), member.health());
}

std::string FirstUrl(const google::protobuf::RepeatedPtrField<v1::Endpoint>& endpoints) {
  for (const auto& endpoint : endpoints) {
    if (!endpoint.url().empty()) return endpoint.url();
  }
  if (endpoints.empty()) return {};
  return fmt::format("{}:{}", endpoints[0].address(), endpoints[0].port());
}

std::string KindOf(const v1::Operation& operation) {
  return Folded(v1::Operation::Kind_Name(operation.kind()));
}

std::string StateOf(const v1::Operation& operation) {
  return Folded(v1::Operation::State_Name(operation.state()));
}

Error ToError(const v1::Failure& failure) {
  Error error{Code::kUnknown, failure.object(), failure.cause(), {}, failure.hint()};
  for (int code = 1; code <= static_cast<int>(Code::kUnauthenticated); ++code) {
    if (CodeName(static_cast<Code>(code)) == failure.code()) error.code = static_cast<Code>(code);
  }
  error.evidence.assign(failure.evidence().begin(), failure.evidence().end());
  return error;
}

}  // namespace edm::ctl
