#include "edm/v1/master_service.pb.h"
#include "master/api/services/event_watch.h"

namespace edm::master {
namespace {

// A piece is read when the one before has gone: what waits for a slow client is one piece.
EventWatch::Step Pieces(std::shared_ptr<BackupReader> reader) {
  return [reader = std::move(reader)](rpc::ServerCall& call, const Wake&,
                                      std::function<void(bool)> on_sent) -> Result<EventWatch::Next> {
    EDM_TRY(auto piece, reader->Next());
    if (piece.empty()) return EventWatch::Next::kEnd;
    v1::BackupPiece message;
    message.set_data(std::move(piece));
    call.Send(message, std::move(on_sent));
    return EventWatch::Next::kMore;
  };
}

}  // namespace

void RegisterBackup(rpc::MethodTable& table, const ServiceParts& parts) {
  table.On<v1::BackupRequest>("edm.v1.Master/Backup", [parts](CallPointer call, const auto&) {
    OnPool(parts, call, [parts, call] {
      auto reader = parts.backup.Open();
      if (!reader.ok()) return call->Finish(reader.error());
      std::make_shared<EventWatch>(call, parts.pool, Pieces(std::move(reader).value()))->Begin();
    });
  });
}

}  // namespace edm::master
