#include "worker/adapters/docker/event_watch.h"

#include <chrono>

#include "common/model/labels.h"
#include "worker/adapters/docker/json_lines.h"
#include "worker/adapters/docker/json_reading.h"

namespace edm::worker {

Status WatchEvents(const EngineApi& api, const std::function<void(const std::string&)>& on_change,
                   std::stop_token stop) {
  rpc::HttpCall call;
  // From now, by the clock that the engine shares with us: what happens before the engine takes the call is
  // told.
  const auto now = std::chrono::duration_cast<Seconds>(std::chrono::system_clock::now().time_since_epoch());
  call.target =
      WithFilters("/events?since=" + std::to_string(now.count()),
                  {{"type", {"container"}},
                   {"label", {std::string(kInstanceLabel)}},
                   {"event", {"start", "die", "oom", "health_status", "destroy", "pause", "unpause"}}});
  call.deadline = rpc::kNever;
  call.stall = rpc::kNever;
  on_change("");
  JsonLines lines;
  auto ended = api.Stream(
      std::move(call), "events",
      [&](std::string_view piece) {
        lines.Feed(piece, [&](const nlohmann::json& event) {
          const auto& attributes = PartAt(PartAt(event, "Actor"), "Attributes");
          if (auto instance = TextAt(attributes, std::string(kInstanceLabel)); !instance.empty())
            on_change(instance);
        });
        return Ok();
      },
      stop);
  if (stop.stop_requested()) return Ok();
  if (!ended.ok()) return ended;
  return Error{Code::kUnavailable,
               "container engine at " + api.endpoint(),
               "it ended the stream of events",
               {},
               "it is stopping or was restarted: watch again"};
}

}  // namespace edm::worker
