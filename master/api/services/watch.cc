#include <charconv>

#include "edm/v1/master_service.pb.h"
#include "master/api/services/event_watch.h"
#include "master/rpc/event.h"

namespace edm::master {
namespace {

Result<std::uint64_t> CursorOf(const std::string& text) {
  std::uint64_t cursor = 0;
  if (text.empty()) return cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor);
  if (error == std::errc() && end == text.data() + text.size()) return cursor;
  return Error{Code::kInvalidArgument,
               "cursor",
               Shown(text) + " is none",
               {},
               "give back the cursor of an event, as it is"};
}

// Sends all, the last of them with `on_sent`.
template <class Numbered, class Map>
void SendAll(rpc::ServerCall& call, const std::vector<Numbered>& lines, const Map& map,
             std::function<void(bool)> on_sent) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto message = map(lines[i].note);
    message.set_cursor(std::to_string(lines[i].cursor));
    call.Send(message, i + 1 == lines.size() ? std::move(on_sent) : nullptr);
  }
}

EventWatch::Step OperationStep(const ServiceParts& parts, const std::string& id, std::uint64_t cursor) {
  return
      [&log = parts.log, id, cursor](rpc::ServerCall& call, const Wake& wake,
                                     std::function<void(bool)> on_sent) mutable -> Result<EventWatch::Next> {
        EDM_TRY(const auto lines, log.Read(id, cursor, EventWatch::kLinesPerRead, wake));
        if (lines.empty()) return log.IsClosed(id) ? EventWatch::Next::kEnd : EventWatch::Next::kWait;
        cursor = lines.back().cursor;
        SendAll(
            call, lines, [](const OperationNote& note) { return ToProto(note); }, std::move(on_sent));
        return EventWatch::Next::kMore;
      };
}

EventWatch::Step ClusterStep(const ServiceParts& parts, const std::string& instance, std::uint64_t cursor) {
  return [&log = parts.log, instance, cursor](
             rpc::ServerCall& call, const Wake& wake,
             std::function<void(bool)> on_sent) mutable -> Result<EventWatch::Next> {
    while (true) {
      EDM_TRY(auto lines, log.ReadCluster(cursor, EventWatch::kLinesPerRead, wake));
      if (lines.empty()) return EventWatch::Next::kWait;
      cursor = lines.back().cursor;
      if (!instance.empty())
        std::erase_if(lines, [&](const NumberedEvent& one) { return one.note.instance != instance; });
      if (lines.empty()) continue;
      SendAll(
          call, lines, [](const ClusterNote& note) { return ToProto(note); }, std::move(on_sent));
      return EventWatch::Next::kMore;
    }
  };
}

}  // namespace

void RegisterWatch(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::WatchOperationRequest>(
      "edm.v1.Master/WatchOperation", [parts](CallPointer call, const auto& request) {
        const auto record = FindOperation(*parts.cluster.View(), request.id());
        if (!record.ok()) return call->Finish(record.error());
        const auto cursor = CursorOf(request.after());
        if (!cursor.ok()) return call->Finish(cursor.error());
        std::make_shared<EventWatch>(call, parts.pool, OperationStep(parts, request.id(), *cursor))->Begin();
      });
  table.On<v1::WatchEventsRequest>(
      "edm.v1.Master/WatchEvents", [parts](CallPointer call, const auto& request) {
        const auto cursor = CursorOf(request.after());
        if (!cursor.ok()) return call->Finish(cursor.error());
        // Without a cursor: what is new from now on.
        const auto from = request.after().empty() ? parts.log.NewestCluster() : *cursor;
        std::make_shared<EventWatch>(call, parts.pool, ClusterStep(parts, request.instance(), from))->Begin();
      });
}

}  // namespace edm::master
