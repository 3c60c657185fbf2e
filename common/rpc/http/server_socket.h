#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <variant>
#include <vector>

namespace edm::rpc {

// An accepted connection, plain or TLS. Only inside common/rpc/http: it brings Asio along.
class ServerSocket {
 public:
  using Tcp = boost::asio::ip::tcp::socket;
  using Tls = boost::asio::ssl::stream<Tcp>;

  explicit ServerSocket(Tcp socket) : stream_(std::in_place_type<Tcp>, std::move(socket)) {}
  ServerSocket(Tcp socket, boost::asio::ssl::context& context)
      : stream_(std::in_place_type<Tls>, std::move(socket), context) {}

  Tcp& tcp() {
    if (auto* plain = std::get_if<Tcp>(&stream_)) return *plain;
    return std::get<Tls>(stream_).next_layer();
  }
  Tls* tls() { return std::get_if<Tls>(&stream_); }

  template <class Buffer, class Done>
  void AsyncReadSome(const Buffer& buffer, Done done) {
    std::visit([&](auto& stream) { stream.async_read_some(buffer, std::move(done)); }, stream_);
  }
  template <class Buffers, class Done>
  void AsyncWriteSome(const Buffers& buffers, Done done) {
    std::visit([&](auto& stream) { stream.async_write_some(buffers, std::move(done)); }, stream_);
  }
  void Close() {
    boost::system::error_code ignored;
    tcp().close(ignored);
  }

 private:
  std::variant<Tcp, Tls> stream_;
};

}  // namespace edm::rpc
