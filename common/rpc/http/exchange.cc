#include "common/rpc/http/exchange.h"

namespace edm::rpc {
namespace {

struct Collecting {
  std::shared_ptr<Exchange> exchange;
  std::string body;
  Exchange::PieceSink sink;
};

void Next(std::shared_ptr<Collecting> collecting) {
  auto* exchange = collecting->exchange.get();
  exchange->ReadPiece([collecting = std::move(collecting)](Result<std::string> piece) mutable {
    if (!piece.ok()) return collecting->sink(std::move(piece));
    if (piece->empty()) return collecting->sink(std::move(collecting->body));
    collecting->body += *piece;
    Next(std::move(collecting));
  });
}

}  // namespace

void ReadAll(const std::shared_ptr<Exchange>& exchange, std::uint64_t bytes_max, Exchange::PieceSink sink) {
  exchange->LimitBody(bytes_max);
  Next(std::make_shared<Collecting>(Collecting{exchange, "", std::move(sink)}));
}

void RespondText(Exchange& exchange, int status, std::string text) {
  HttpAnswer answer;
  answer.status = status;
  answer.headers.Set("content-type", "text/plain; charset=utf-8");
  answer.body = std::move(text);
  exchange.Respond(std::move(answer));
}

}  // namespace edm::rpc
