#include "edm/v1/master_service.pb.h"
#include "master/api/services/cursor.h"
#include "master/api/services/event_watch.h"
#include "master/rpc/event.h"

namespace edm::master {
namespace {

constexpr const char* kAnew =
    "another master wrote the history until here; as the one that leads now knows it, ";

// The log that a watch read from belongs to a leader: another one's says how it goes on.
Status CheckLeads(const ServiceParts& parts) {
  if (parts.helm.leads()) return Ok();
  return parts.helm.WhyNone();
}

// Sends all, the last of them with `on_sent`.
template <class Numbered, class Map>
void SendAll(const ServiceParts& parts, rpc::ServerCall& call, const std::vector<Numbered>& lines,
             const Map& map, std::function<void(bool)> on_sent) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto message = map(lines[i].note);
    message.set_cursor(ToText(lines[i].cursor, parts.log_name));
    call.Send(message, i + 1 == lines.size() ? std::move(on_sent) : nullptr);
  }
}

EventWatch::Step OperationStep(const ServiceParts& parts, const std::string& id, std::uint64_t cursor) {
  return [parts, id, cursor](rpc::ServerCall& call, const Wake& wake,
                             std::function<void(bool)> on_sent) mutable -> Result<EventWatch::Next> {
    EDM_TRY(const auto lines, parts.log.Read(id, cursor, EventWatch::kLinesPerRead, wake));
    if (lines.empty() && parts.log.IsClosed(id)) return EventWatch::Next::kEnd;
    EDM_CHECK(CheckLeads(parts));
    if (lines.empty()) return EventWatch::Next::kWait;
    cursor = lines.back().cursor;
    SendAll(
        parts, call, lines, [](const OperationNote& note) { return ToProto(note); }, std::move(on_sent));
    return EventWatch::Next::kMore;
  };
}

EventWatch::Step ClusterStep(const ServiceParts& parts, const std::string& instance, std::uint64_t cursor) {
  return [parts, instance, cursor](rpc::ServerCall& call, const Wake& wake,
                                   std::function<void(bool)> on_sent) mutable -> Result<EventWatch::Next> {
    while (true) {
      EDM_TRY(auto lines, parts.log.ReadCluster(cursor, EventWatch::kLinesPerRead, wake));
      EDM_CHECK(CheckLeads(parts));
      if (lines.empty()) return EventWatch::Next::kWait;
      cursor = lines.back().cursor;
      if (!instance.empty())
        std::erase_if(lines, [&](const NumberedEvent& one) { return one.note.instance != instance; });
      if (lines.empty()) continue;
      SendAll(
          parts, call, lines, [](const ClusterNote& note) { return ToProto(note); }, std::move(on_sent));
      return EventWatch::Next::kMore;
    }
  };
}

// A watcher who comes with the cursor of another master's log is told that, and begins where this one does.
std::uint64_t BeginOperation(const ServiceParts& parts, rpc::ServerCall& call, const std::string& id,
                             const Cursor& after) {
  if (!after.is_of_another_log) return after.number;
  auto anew =
      ToProto(OperationNote{id, 0, 0, parts.clock.Now(), Warning{std::string(kAnew) + "it begins anew"}});
  anew.set_cursor(ToText(0, parts.log_name));
  call.Send(anew);
  return 0;
}

std::uint64_t BeginCluster(const ServiceParts& parts, rpc::ServerCall& call, const Cursor& after) {
  if (!after.is_of_another_log) return after.number;
  const auto from = parts.helm.Now().history_from;
  auto anew = ToProto(ClusterNote{parts.clock.Now(), "history.begins", "", "", "",
                                  std::string(kAnew) + "it goes on from when that began to lead"});
  anew.set_cursor(ToText(from, parts.log_name));
  call.Send(anew);
  return from;
}

}  // namespace

void RegisterWatch(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::WatchOperationRequest>(
      "edm.v1.Master/WatchOperation", [parts](CallPointer call, const auto& request) {
        const auto record = FindOperation(*parts.cluster.View(), request.id());
        if (!record.ok()) return call->Finish(record.error());
        const auto cursor = CursorFrom(request.after(), parts.log_name);
        if (!cursor.ok()) return call->Finish(cursor.error());
        const auto from = BeginOperation(parts, *call, request.id(), *cursor);
        std::make_shared<EventWatch>(call, parts.pool, OperationStep(parts, request.id(), from))->Begin();
      });
  table.On<v1::WatchEventsRequest>(
      "edm.v1.Master/WatchEvents", [parts](CallPointer call, const auto& request) {
        const auto cursor = CursorFrom(request.after(), parts.log_name);
        if (!cursor.ok()) return call->Finish(cursor.error());
        // Without a cursor: what is new from now on.
        const auto from =
            request.after().empty() ? parts.log.NewestCluster() : BeginCluster(parts, *call, *cursor);
        std::make_shared<EventWatch>(call, parts.pool, ClusterStep(parts, request.instance(), from))->Begin();
      });
}

}  // namespace edm::master
