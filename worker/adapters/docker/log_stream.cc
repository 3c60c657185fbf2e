#include "worker/adapters/docker/log_stream.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "worker/adapters/docker/engine_time.h"
#include "worker/adapters/docker/listing.h"
#include "worker/adapters/docker/log_assembler.h"

namespace edm::worker {
namespace {

constexpr Millis kContainersLookEvery{500};  // for containers that came, went or started again
constexpr Millis kMergeDeadline{60'000};
constexpr std::size_t kMergedLinesMax = 200'000;  // of one request that does not follow

std::string SinceText(std::int64_t nanos) {
  std::string fraction = std::to_string(nanos % kNanosPerSecond);
  fraction.insert(0, 9 - fraction.size(), '0');
  return std::to_string(nanos / kNanosPerSecond) + "." + fraction;
}

struct Reading {
  bool follow = false;
  std::int64_t after = 0;  // only lines later than this, in nanoseconds since 1970; 0: all
  std::optional<std::uint32_t> tail;
};

// One container's lines from one call, until the engine ends it.
Status ReadOnce(const EngineApi& api, const Inspected& container, const Reading& reading,
                const std::function<void(LogAssembler::Line)>& on_line, std::stop_token stop) {
  rpc::HttpCall call;
  call.target = "/containers/" + container.facts.id + "/logs?stdout=1&stderr=1&timestamps=1";
  if (reading.follow) call.target += "&follow=1";
  if (reading.after > 0) call.target += "&since=" + SinceText(reading.after);
  if (reading.tail) call.target += "&tail=" + std::to_string(*reading.tail);
  call.deadline = reading.follow ? rpc::kNever : kMergeDeadline;
  call.stall = call.deadline;
  LogAssembler assembler(container.tty);
  const auto later = [&](LogAssembler::Line line) {
    if (line.nanos == 0 || line.nanos > reading.after) on_line(std::move(line));
  };
  auto read = api.Stream(
      call, container.facts.name,
      [&](std::string_view piece) {
        assembler.Feed(piece, later);
        return Ok();
      },
      stop);
  assembler.Finish(later);
  return read;
}

bool Wanted(const LogRequest& request, const ContainerFacts& facts) {
  const auto& services = request.services;
  return services.empty() || std::find(services.begin(), services.end(), facts.service) != services.end();
}

// A moment later than a line of `since` itself must not be lost: the engine's since is inclusive.
std::int64_t AfterOf(const LogRequest& request) {
  return request.since ? NanosFromWall(*request.since) - 1 : 0;
}

LogLine AsLine(const ContainerFacts& facts, LogAssembler::Line line) {
  return {facts.service, facts.name, line.is_stderr, WallFromNanos(line.nanos), std::move(line.text)};
}

Error NothingToRead(const LogRequest& request, const std::vector<Inspected>& containers) {
  if (containers.empty() || request.services.empty()) {
    return {
        Code::kNotFound, "log of " + request.instance, "it has no container", {}, "deploy or start it first"};
  }
  return {Code::kNotFound,
          "service " + request.instance + "/" + request.services.front(),
          "there is none of that name",
          {},
          "edmctl show " + request.instance + " lists the services"};
}

Status Merge(const EngineApi& api, const LogRequest& request, const std::vector<Inspected>& containers,
             const std::function<void(const LogLine&)>& on_line, std::stop_token stop) {
  std::vector<std::pair<std::int64_t, LogLine>> lines;
  for (const auto& container : containers) {
    if (!Wanted(request, container.facts)) continue;
    auto read = ReadOnce(
        api, container, {false, AfterOf(request), request.tail},
        [&](LogAssembler::Line line) {
          const auto nanos = line.nanos;
          if (lines.size() < kMergedLinesMax)
            lines.emplace_back(nanos, AsLine(container.facts, std::move(line)));
        },
        stop);
    if (!read.ok() && read.error().code != Code::kNotFound) return read;
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [nanos, line] : lines) on_line(line);
  return Ok();
}

// Follows all containers of an instance, each on a thread of its own; its owner's thread finds new ones.
class Follower {
 public:
  Follower(const EngineApi& api, const LogRequest& request,
           const std::function<void(const LogLine&)>& on_line)
      : api_(api), request_(request), on_line_(on_line) {}

  Status Run(std::stop_token stop) {
    std::condition_variable_any pause;
    while (!stop.stop_requested()) {
      EDM_TRY(const auto containers, InspectContainers(api_, request_.instance));
      if (containers.empty()) return Ok();
      for (const auto& container : containers) Attend(container, stop);
      found_first_ = false;
      std::erase_if(reads_, [&](const auto& entry) {
        return std::none_of(containers.begin(), containers.end(),
                            [&](const Inspected& one) { return one.facts.id == entry.first; });
      });
      std::unique_lock lock(mutex_);
      pause.wait_for(lock, stop, kContainersLookEvery, [] { return false; });
    }
    return Ok();
  }

 private:
  // One container: where its reader is, and whether a reader is at work.
  struct Read {
    std::int64_t after = 0;
    std::optional<std::uint32_t> tail;  // of its first reading; what came later is read from its first line
    bool first = true;
    bool busy = false;
    WallTime read_start;  // of the run that was read to its end
    std::jthread thread;
    // After the thread, and so gone before it: it must not stop a thread that is being joined.
    std::unique_ptr<std::stop_callback<std::function<void()>>> on_stop;
  };

  void Attend(const Inspected& container, std::stop_token stop) {
    if (!Wanted(request_, container.facts)) return;
    auto& slot = reads_[container.facts.id];
    if (!slot) {
      slot = std::make_unique<Read>();
      if (found_first_) slot->tail = request_.tail;
      slot->after = AfterOf(request_);
    }
    Read& read = *slot;
    {
      const std::lock_guard lock(mutex_);
      const bool nothing_new = !read.first && read.read_start == container.facts.started_at;
      if (read.busy || nothing_new || container.facts.state == ContainerState::kCreated) return;
      read.busy = true;
    }
    // The clock was set back while it was down: what it says now is older than what it said before.
    if (!read.first && container.facts.started_at <= WallFromNanos(read.after))
      read.after = NanosFromWall(container.facts.started_at) - 1;
    read.read_start = container.facts.started_at;
    read.on_stop.reset();
    read.thread =
        std::jthread([this, &read, container](std::stop_token own) { Follow(read, container, own); });
    read.on_stop = std::make_unique<std::stop_callback<std::function<void()>>>(
        stop, [&read] { read.thread.request_stop(); });
  }

  void Follow(Read& read, const Inspected& container, std::stop_token stop) {
    const Reading reading{true, read.after, read.first ? read.tail : std::nullopt};
    static_cast<void>(ReadOnce(
        api_, container, reading,
        [&](LogAssembler::Line line) {
          const std::lock_guard lock(mutex_);
          read.after = std::max(read.after, line.nanos);
          if (!stop.stop_requested()) on_line_(AsLine(container.facts, std::move(line)));
        },
        stop));
    const std::lock_guard lock(mutex_);
    read.first = false;
    read.busy = false;
  }

  const EngineApi& api_;
  const LogRequest& request_;
  const std::function<void(const LogLine&)>& on_line_;
  bool found_first_ = true;  // still at the containers that there were when following began
  std::mutex mutex_;         // guards the sink, and `after`, `first`, `busy` of each read
  std::map<std::string, std::unique_ptr<Read>> reads_;
};

}  // namespace

Status StreamLogs(const EngineApi& api, const LogRequest& request,
                  const std::function<void(const LogLine&)>& on_line, std::stop_token stop) {
  EDM_TRY(const auto containers, InspectContainers(api, request.instance));
  const bool any = std::any_of(containers.begin(), containers.end(),
                               [&](const Inspected& one) { return Wanted(request, one.facts); });
  if (!any) {
    return NothingToRead(request, containers);
  }
  if (!request.follow) return Merge(api, request, containers, on_line, stop);
  return Follower(api, request, on_line).Run(stop);
}

}  // namespace edm::worker
