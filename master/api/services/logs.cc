#include <algorithm>
#include <limits>
#include <utility>

#include "common/model/service_name.h"
#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/event_watch.h"
#include "master/api/services/held_stream.h"

namespace edm::master {
namespace {

v1::LogLine ToProto(const LogRecord& record) {
  v1::LogLine line;
  line.set_service(record.service);
  line.set_container(record.container);
  line.set_is_stderr(record.is_stderr);
  line.set_text(record.text);
  *line.mutable_time() = rpc::ToProto(record.time);
  return line;
}

LogQuery QueryOf(const v1::StreamLogsRequest& request) {
  LogQuery query;
  query.instance = request.id();
  query.follow = request.follow();
  if (request.has_since()) query.since = rpc::FromProto(request.since());
  if (request.has_tail()) query.tail = request.tail();
  query.services = {request.services().begin(), request.services().end()};
  return query;
}

// Passes a worker's lines on; asks for more when the last of them has gone. The call's cancel callback keeps
// it until the end.
class LogRelay : public std::enable_shared_from_this<LogRelay> {
 public:
  explicit LogRelay(CallPointer call) : call_(std::move(call)) {}

  void Begin(WorkerChannel& workers, const WorkerAddress& worker, const LogQuery& query) {
    const auto self = shared_from_this();
    call_->OnCancel([self] { self->Drop(); });
    auto stream = workers.StreamLogs(
        worker, query,
        [weak = weak_from_this()](const std::vector<LogRecord>& records) {
          if (const auto held = weak.lock()) held->Pass(records);
        },
        [weak = weak_from_this()](Status status) {
          if (const auto held = weak.lock()) held->call_->Finish(std::move(status));
        });
    stream_.Hold(std::move(stream));
  }

 private:
  void Pass(const std::vector<LogRecord>& records) {
    if (records.empty()) return stream_.Next();
    for (std::size_t i = 0; i + 1 < records.size(); ++i) call_->Send(ToProto(records[i]));
    call_->Send(ToProto(records.back()), [self = shared_from_this()](bool sent) {
      if (sent) self->stream_.Next();
    });
  }
  void Drop() {
    stream_.Drop();
    call_->Finish(Error{Code::kCancelled, "logs", "the client is gone", {}, ""});
  }

  const CallPointer call_;
  HeldStream stream_;
};

// By attempts, not by times: the clock may have been set back between two builds. One that has no attempt yet
// is the newest while it is open.
std::pair<std::uint32_t, WallTime> Order(const OperationRecord& record) {
  const bool comes = record.attempt == 0 && !IsTerminal(record.operation.state);
  return {comes ? std::numeric_limits<std::uint32_t>::max() : record.attempt, record.operation.created_at};
}

// The newest operation of the instance that built, or was to build.
std::string LastBuild(const State& state, const std::string& instance) {
  std::shared_ptr<const OperationRecord> newest;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& steps = record->operation.steps;
    const bool builds =
        std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.name == "build"; });
    if (record->operation.instance != instance || !builds) continue;
    if (!newest || Order(*newest) <= Order(*record)) newest = record;
  }
  return newest ? newest->operation.id : "";
}

// Chooses, from the notes of an operation in order, the lines of its build. What a start says stands among
// them.
class BuildFilter {
 public:
  explicit BuildFilter(LogQuery query) : query_(std::move(query)) {}

  bool Wants(const OperationNote& note) {
    if (const auto* step = std::get_if<Step>(&note.what)) {
      building_ = step->name == "build" && step->state == StepState::kRunning;
    }
    const auto* line = std::get_if<BuildLine>(&note.what);
    if (!building_ || line == nullptr || (query_.since && note.time < *query_.since)) return false;
    return query_.services.empty() ||
           std::find(query_.services.begin(), query_.services.end(), line->service) != query_.services.end();
  }

 private:
  const LogQuery query_;
  bool building_ = false;
};

// How many lines of those written so far come before the wanted tail.
Result<std::uint64_t> BeforeTail(EventLog& log, const std::string& id, const LogQuery& query) {
  if (!query.tail) return std::uint64_t{0};
  BuildFilter filter(query);
  std::uint64_t wanted = 0;
  for (std::uint64_t cursor = 0;;) {
    EDM_TRY(const auto lines, log.Read(id, cursor, EventWatch::kLinesPerRead, nullptr));
    if (lines.empty()) return wanted - std::min<std::uint64_t>(wanted, *query.tail);
    cursor = lines.back().cursor;
    for (const auto& one : lines) wanted += filter.Wants(one.note) ? 1 : 0;
  }
}

// Build output stands in the operation's own log: its worker need not be there.
EventWatch::Step BuildOutput(EventLog& log, const std::string& id, const LogQuery& query,
                             std::uint64_t skipped) {
  return [&log, id, filter = BuildFilter(query), follow = query.follow, skipped, cursor = std::uint64_t{0}](
             rpc::ServerCall& call, const Wake& wake,
             std::function<void(bool)> on_sent) mutable -> Result<EventWatch::Next> {
    while (true) {
      EDM_TRY(auto notes, log.Read(id, cursor, EventWatch::kLinesPerRead, follow ? wake : nullptr));
      if (notes.empty())
        return !follow || log.IsClosed(id) ? EventWatch::Next::kEnd : EventWatch::Next::kWait;
      cursor = notes.back().cursor;
      std::vector<NumberedNote> lines;
      for (auto& one : notes) {
        if (!filter.Wants(one.note)) continue;
        if (skipped == 0) {
          lines.push_back(std::move(one));
        } else {
          --skipped;
        }
      }
      for (std::size_t i = 0; i < lines.size(); ++i) {
        call.Send(rpc::ToProto(std::get<BuildLine>(lines[i].note.what), lines[i].note.time),
                  i + 1 == lines.size() ? std::move(on_sent) : nullptr);
      }
      if (!lines.empty()) return EventWatch::Next::kMore;
    }
  };
}

void StreamBuild(const ServiceParts& parts, const CallPointer& call, const v1::StreamLogsRequest& request) {
  const auto id = LastBuild(*parts.cluster.View(), request.id());
  if (id.empty()) {
    return call->Finish(Error{Code::kFailedPrecondition,
                              "instance " + request.id(),
                              "it was not built yet",
                              {},
                              "edmctl deploy, or edmctl build"});
  }
  const auto query = QueryOf(request);
  const auto skipped = BeforeTail(parts.log, id, query);
  if (!skipped.ok()) return call->Finish(skipped.error());
  std::make_shared<EventWatch>(call, parts.pool, BuildOutput(parts.log, id, query, *skipped))->Begin();
}

}  // namespace

void RegisterLogs(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::StreamLogsRequest>("edm.v1.Master/StreamLogs", [parts](CallPointer call, const auto& request) {
    const auto record = FindInstance(*parts.cluster.View(), request.id());
    if (!record.ok()) return call->Finish(record.error());
    for (const auto& service : request.services()) {
      if (auto good = CheckServiceName(service); !good.ok()) return call->Finish(good);
    }
    if (request.build()) return StreamBuild(parts, call, request);
    const auto worker = HolderAddress(*parts.cluster.View(), request.id());
    if (!worker.ok()) return call->Finish(worker.error());
    std::make_shared<LogRelay>(call)->Begin(parts.workers, *worker, QueryOf(request));
  });
}

}  // namespace edm::master
