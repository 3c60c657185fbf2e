#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <stop_token>
#include <string>

#include "common/base/backoff.h"
#include "common/base/result.h"
#include "edmctl/client/master_client.h"

namespace edm::ctl {

// A stream with a cursor, read across broken connections: after each it goes on behind the last message seen.
struct Following {
  std::string method;                                                // "WatchOperation"
  std::unique_ptr<google::protobuf::Message> request;                // has a field `after`
  std::unique_ptr<google::protobuf::Message> message;                // of the stream; has a field `cursor`
  std::function<bool(const google::protobuf::Message&)> on_message;  // false: that was the last one
  std::function<void()> on_idle;  // some times a second while nothing comes
};

inline constexpr Millis kReconnectFor{60'000};  // without any message, then it is given up
inline constexpr Millis kIdleEvery{100};
inline constexpr Backoff kReconnectBackoff{Millis(200), Millis(5'000)};

// Until the last message, or `stop` (kCancelled). Other errors: what the master refused, or kUnavailable once
// it was away for kReconnectFor; at once when it could not be reached in the first place.
Status Follow(MasterClient& master, Following following, std::stop_token stop);

}  // namespace edm::ctl
