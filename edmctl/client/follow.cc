#include "edmctl/client/follow.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace edm::ctl {
namespace {

using google::protobuf::Message;
using SteadyClock = std::chrono::steady_clock;

std::string TextField(const Message& message, const char* name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  EDM_ASSERT(field != nullptr);
  return message.GetReflection()->GetString(message, field);
}

void SetTextField(Message& message, const char* name, const std::string& value) {
  const auto* field = message.GetDescriptor()->FindFieldByName(name);
  EDM_ASSERT(field != nullptr);
  message.GetReflection()->SetString(&message, field, value);
}

bool MayComeBack(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kInternal || error.code == Code::kUnknown ||
         error.code == Code::kDeadlineExceeded || error.code == Code::kCancelled;
}

Error Stopped() { return Error{Code::kCancelled, "", "stopped watching", {}, ""}; }

void Sleep(Millis time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
}

struct Reading {
  bool ended = false;    // the last message came
  bool heard = false;    // any message came
  Status status = Ok();  // why the stream ended before
};

// One connection's worth.
Reading ReadOn(MasterClient& master, Following& following, std::stop_token stop) {
  Reading reading;
  const auto stream = master.Open(following.method, *following.request);
  const std::stop_callback cancel(stop, [&] { stream->Cancel(); });
  for (;;) {
    switch (stream->Read(*following.message, kIdleEvery)) {
      case Stream::Got::kNothing:
        if (following.on_idle) following.on_idle();
        continue;
      case Stream::Got::kEnd:
        reading.status = stream->Finish();
        return reading;
      case Stream::Got::kMessage:
        break;
    }
    reading.heard = true;
    const auto cursor = TextField(*following.message, "cursor");
    if (!cursor.empty() && cursor == TextField(*following.request, "after")) continue;
    if (!cursor.empty()) SetTextField(*following.request, "after", cursor);
    if (!following.on_message(*following.message)) {
      reading.ended = true;
      return reading;
    }
  }
}

}  // namespace

Status Follow(MasterClient& master, Following following, std::stop_token stop) {
  bool ever_heard = false;
  auto heard_at = SteadyClock::now();
  for (std::uint32_t failures = 0;;) {
    auto reading = ReadOn(master, following, stop);
    if (reading.ended) return Ok();
    if (stop.stop_requested()) return Stopped();
    if (reading.heard) {
      ever_heard = true;
      failures = 0;
      heard_at = SteadyClock::now();
    }
    if (!reading.status.ok()) {
      if (!MayComeBack(reading.status.error())) return reading.status;
      if (!ever_heard && reading.status.error().code == Code::kUnavailable) return reading.status;
      if (SteadyClock::now() - heard_at > kReconnectFor) return reading.status;
    }
    Sleep(kReconnectBackoff.After(++failures), stop);
    if (stop.stop_requested()) return Stopped();
  }
}

}  // namespace edm::ctl
