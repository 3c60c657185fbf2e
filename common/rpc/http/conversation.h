#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/rpc/http/client.h"
#include "common/rpc/http/message_parser.h"
#include "common/rpc/http/transport.h"

namespace edm::rpc {

// One request and its answer on a connection, from the client's side: sends and receives at the same time,
// for some servers answer while they still read. One thread.
class Conversation {
 public:
  static constexpr std::uint32_t kHeaderBytesMax = 64 * 1024;
  static constexpr std::size_t kPieceBytes = 64 * 1024;

  // `head` is the request's head as bytes. `call` and `transport` must outlive it.
  Conversation(Transport& transport, const HttpCall& call, std::string head, const Patience& patience);

  Status ToHead();
  Status ToEnd(const HttpClient::BodySink& sink);

  MessageHead& head() { return parser_->head(); }
  bool heard() const { return heard_; }                 // at least one byte of an answer
  bool reusable() const;                                // the connection may serve another call
  std::string TakeRest() { return std::move(input_); }  // what came after the head

 private:
  void NewParser();
  Status Move();
  Status Send();
  Status Fill();
  Status Receive();
  Status GiveBody(const HttpClient::BodySink& sink);
  Status End();

  Transport& transport_;
  const HttpCall& call_;
  const Patience& patience_;
  std::unique_ptr<MessageParser> parser_;
  std::string input_;
  std::string output_;
  std::string piece_;
  std::uint64_t sourced_ = 0;
  bool source_ended_;
  bool sending_ = true;
  bool heard_ = false;
  bool ended_ = false;  // the peer closed its side
};

}  // namespace edm::rpc
