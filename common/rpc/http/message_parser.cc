#include "common/rpc/http/message_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <variant>

namespace edm::rpc {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using View = boost::beast::string_view;

std::string_view Std(View view) { return {view.data(), view.size()}; }

// Beast's grammar, our storage.
template <bool kIsRequest>
class Reader final : public http::basic_parser<kIsRequest> {
 public:
  MessageHead head;
  std::span<char> room;  // for the body; what was written is cut off its front
  std::size_t written = 0;

 private:
  void on_request_impl(http::verb, View method, View target, int version, error_code&) override {
    head.method = Std(method);
    head.target = Std(target);
    head.minor_version = version - 10;
  }
  void on_response_impl(int code, View, int version, error_code&) override {
    head.status = code;
    head.minor_version = version - 10;
  }
  void on_field_impl(http::field, View name, View value, error_code&) override {
    head.headers.Add(Std(name), Std(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View body, error_code& ec) override { return Take(body, ec); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code& ec) override { return Take(body, ec); }
  void on_finish_impl(error_code&) override {}

  std::size_t Take(View body, error_code& ec) {
    const auto taken = std::min(room.size(), body.size());
    std::memcpy(room.data(), body.data(), taken);
    room = room.subspan(taken);
    written += taken;
    if (taken < body.size()) ec = http::error::need_buffer;
    return taken;
  }
};

Error Malformed(const error_code& ec) {
  if (ec == http::error::header_limit) {
    return Error{Code::kResourceExhausted,
                 "http message",
                 "its head is too large",
                 {},
                 "send fewer or shorter headers"};
  }
  if (ec == http::error::partial_message || ec == http::error::end_of_stream) {
    return Error{
        Code::kDataLoss, "http message", "the connection ended in the middle of it", {}, "send it whole"};
  }
  return Error{Code::kInvalidArgument, "http message", "malformed: " + ec.message(), {}, "speak HTTP/1.1"};
}

}  // namespace

class MessageParser::Adapter {
 public:
  template <class Call>
  decltype(auto) Visit(Call call) {
    return std::visit(call, reader_);
  }

  Adapter(Kind kind, std::uint32_t header_bytes_max) {
    if (kind != Kind::kRequest) reader_.emplace<Reader<false>>();
    Visit([&](auto& reader) {
      reader.header_limit(header_bytes_max);
      reader.body_limit(boost::none);  // counted by whoever wants the body
      reader.skip(kind == Kind::kResponseToHead);
    });
  }

 private:
  std::variant<Reader<true>, Reader<false>> reader_;
};

MessageParser::MessageParser(Kind kind, std::uint32_t header_bytes_max)
    : adapter_(std::make_unique<Adapter>(kind, header_bytes_max)) {}

MessageParser::~MessageParser() = default;

Result<std::size_t> MessageParser::FeedHead(std::string_view bytes) {
  return adapter_->Visit([&](auto& reader) -> Result<std::size_t> {
    error_code ec;
    const auto used = reader.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    if (ec && ec != http::error::need_more) return Malformed(ec);
    if (reader.is_header_done()) {
      if (const auto length = reader.content_length()) reader.head.content_length = *length;
      reader.head.chunked = reader.chunked();
      reader.eager(true);
    }
    return used;
  });
}

bool MessageParser::head_done() const {
  return adapter_->Visit([](auto& reader) { return reader.is_header_done(); });
}

MessageHead& MessageParser::head() {
  return adapter_->Visit([](auto& reader) -> MessageHead& { return reader.head; });
}

Result<MessageParser::Fed> MessageParser::FeedBody(std::string_view bytes, std::span<char> into) {
  return adapter_->Visit([&](auto& reader) -> Result<Fed> {
    if (reader.is_done()) return Fed{};
    reader.room = into;
    reader.written = 0;
    error_code ec;
    const auto used = reader.put(boost::asio::buffer(bytes.data(), bytes.size()), ec);
    if (ec && ec != http::error::need_more && ec != http::error::need_buffer) return Malformed(ec);
    return Fed{used, reader.written};
  });
}

bool MessageParser::done() const {
  return adapter_->Visit([](auto& reader) { return reader.is_done(); });
}

Status MessageParser::FeedEnd() {
  return adapter_->Visit([](auto& reader) -> Status {
    error_code ec;
    reader.put_eof(ec);
    if (ec) return Malformed(ec);
    return Ok();
  });
}

bool MessageParser::keep_alive() const {
  return adapter_->Visit([](auto& reader) { return reader.keep_alive(); });
}

}  // namespace edm::rpc
