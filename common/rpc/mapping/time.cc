#include "common/rpc/mapping/time.h"

#include <algorithm>

namespace edm::rpc {
namespace {

template <class Message>
Message FromMillis(std::int64_t millis) {
  // Both messages want nanos of the seconds' sign; a timestamp wants them never negative.
  constexpr bool kMayBeNegative = std::is_same_v<Message, google::protobuf::Duration>;
  auto seconds = millis / 1000;
  auto rest = millis % 1000;
  if (!kMayBeNegative && rest < 0) {
    seconds -= 1;
    rest += 1000;
  }
  Message message;
  message.set_seconds(seconds);
  message.set_nanos(static_cast<std::int32_t>(rest * 1'000'000));
  return message;
}

// The years 1 to 9999, which is all that either message may carry; sums of two such still fit.
constexpr std::int64_t kSecondsMax = 315'576'000'000;

template <class Message>
std::int64_t ToMillis(const Message& message) {
  return std::clamp(message.seconds(), -kSecondsMax, kSecondsMax) * 1000 + message.nanos() / 1'000'000;
}

}  // namespace

// A time outside of the years 1 to 9999 could not be printed, nor anything that holds it.
google::protobuf::Timestamp ToProto(WallTime time) {
  constexpr std::int64_t kFirst = -62'135'596'800'000;
  constexpr std::int64_t kLast = 253'402'300'799'999;
  return FromMillis<google::protobuf::Timestamp>(
      std::clamp<std::int64_t>(time.time_since_epoch().count(), kFirst, kLast));
}

WallTime FromProto(const google::protobuf::Timestamp& time) { return WallTime(Millis(ToMillis(time))); }

google::protobuf::Duration ToProto(Millis duration) {
  return FromMillis<google::protobuf::Duration>(duration.count());
}

Millis FromProto(const google::protobuf::Duration& duration) { return Millis(ToMillis(duration)); }

}  // namespace edm::rpc
