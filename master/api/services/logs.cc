#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "common/model/member_name.h"
#include "common/model/service_name.h"
#include "common/rpc/mapping/attempt.h"
#include "common/rpc/mapping/time.h"
#include "edm/v1/master_service.pb.h"
#include "master/api/services/event_watch.h"
#include "master/api/services/log_relay.h"
#include "master/core/members.h"

namespace edm::master {
namespace {

LogQuery QueryOf(const v1::StreamLogsRequest& request) {
  LogQuery query;
  query.instance = request.id();
  query.follow = request.follow();
  if (request.has_since()) query.since = rpc::FromProto(request.since());
  if (request.has_tail()) query.tail = request.tail();
  query.services = {request.services().begin(), request.services().end()};
  return query;
}

Error Nowhere(const std::string& set) {
  return {Code::kFailedPrecondition,
          "instance " + set,
          "none of its members is on a worker yet",
          {},
          "edmctl show " + set + " lists them; edmctl deploy, or edmctl scale"};
}

// Of all members that there are now. Those that cannot be asked do not keep the others from it.
void StreamMembers(const ServiceParts& parts, const CallPointer& call, const State& view,
                   const v1::StreamLogsRequest& request) {
  std::vector<LogRelay::Origin> origins;
  std::optional<Error> gap;
  for (const auto& member : MembersOf(view, request.id())) {
    const auto& id = member->instance.id;
    if (member->instance.status.worker.empty()) continue;
    auto worker = HolderAddress(view, id);
    if (worker.ok()) {
      origins.push_back({std::move(worker).value(), QueryOf(request), id});
      origins.back().query.instance = id;
    } else if (!gap) {
      gap = std::move(worker).error();
    }
  }
  if (origins.empty()) return call->Finish(gap ? std::move(*gap) : Nowhere(request.id()));
  std::make_shared<LogRelay>(call, std::move(origins))->Begin(parts.workers, std::move(gap));
}

// By attempts, not by times: the clock may have been set back between two builds. One that has no attempt yet
// is the newest while it is open. Two members count their attempts each for itself.
std::tuple<std::uint32_t, WallTime> Order(const OperationRecord& record, const std::string& instance) {
  const auto& operation = record.operation;
  const bool comes = record.attempt == 0 && !IsTerminal(operation.state);
  const auto attempt = operation.instance == instance ? record.attempt : 0;
  return {comes ? std::numeric_limits<std::uint32_t>::max() : attempt, operation.created_at};
}

// The newest operation of the instance, or of one of its members, that built or was to build.
std::shared_ptr<const OperationRecord> LastBuild(const State& state, const std::string& instance) {
  std::shared_ptr<const OperationRecord> newest;
  for (const auto& [id, record] : state.operations.all()) {
    const auto& steps = record->operation.steps;
    const bool builds =
        std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.name == "build"; });
    const auto& of = record->operation.instance;
    if ((of != instance && SetOf(of) != instance) || !builds) continue;
    if (!newest || Order(*newest, instance) <= Order(*record, instance)) newest = record;
  }
  return newest;
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
EventWatch::Step BuildOutput(EventLog& log, const Operation& build, const LogQuery& query,
                             std::uint64_t skipped) {
  const auto member = build.instance == query.instance ? std::string() : build.instance;
  return [&log, id = build.id, member, filter = BuildFilter(query), follow = query.follow, skipped,
          cursor = std::uint64_t{0}](rpc::ServerCall& call, const Wake& wake,
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
        auto line = rpc::ToProto(std::get<BuildLine>(lines[i].note.what), lines[i].note.time);
        line.set_member(member);
        call.Send(line, i + 1 == lines.size() ? std::move(on_sent) : nullptr);
      }
      if (!lines.empty()) return EventWatch::Next::kMore;
    }
  };
}

void StreamBuild(const ServiceParts& parts, const CallPointer& call, const v1::StreamLogsRequest& request) {
  const auto build = LastBuild(*parts.cluster.View(), request.id());
  if (build == nullptr) {
    return call->Finish(Error{Code::kFailedPrecondition,
                              "instance " + request.id(),
                              "it was not built yet",
                              {},
                              "edmctl deploy, or edmctl build"});
  }
  const auto query = QueryOf(request);
  const auto skipped = BeforeTail(parts.log, build->operation.id, query);
  if (!skipped.ok()) return call->Finish(skipped.error());
  std::make_shared<EventWatch>(call, parts.pool, BuildOutput(parts.log, build->operation, query, *skipped))
      ->Begin();
}

}  // namespace

void RegisterLogs(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::StreamLogsRequest>("edm.v1.Master/StreamLogs", [parts](CallPointer call, const auto& request) {
    const auto view = parts.cluster.View();
    const auto record = FindInstance(*view, request.id());
    if (!record.ok()) return call->Finish(record.error());
    for (const auto& service : request.services()) {
      if (auto good = CheckServiceName(service); !good.ok()) return call->Finish(good);
    }
    if (request.build()) return StreamBuild(parts, call, request);
    if (IsSet((*record)->instance)) return StreamMembers(parts, call, *view, request);
    const auto worker = HolderAddress(*view, request.id());
    if (!worker.ok()) return call->Finish(worker.error());
    std::make_shared<LogRelay>(call, std::vector<LogRelay::Origin>{{*worker, QueryOf(request), ""}})
        ->Begin(parts.workers);
  });
}

}  // namespace edm::master
