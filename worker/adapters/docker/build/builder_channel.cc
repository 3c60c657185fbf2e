#include "worker/adapters/docker/build/builder_channel.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/support/channel_arguments.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>

#include "worker/adapters/network/socket_fd.h"

namespace edm::worker {
namespace {

constexpr std::string_view kScheme = "unix://";
constexpr std::string_view kAsk =
    "POST /grpc HTTP/1.1\r\nHost: engine\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n";
constexpr std::size_t kAnswerBytesMax = 4'096;
// A cache of tens of thousands of records is a long message.
constexpr int kMessageBytesMax = 64 * 1'024 * 1'024;

Error Away(const std::string& cause) {
  return {Code::kUnavailable,
          "builder of the container engine",
          cause,
          {},
          "see whether the engine runs, and has BuildKit"};
}

Result<sockaddr_un> AddressOf(const std::string& endpoint) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = endpoint.substr(endpoint.starts_with(kScheme) ? kScheme.size() : 0);
  if (path.size() >= sizeof(address.sun_path)) return Away("the path of its socket is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return address;
}

// Byte by byte: behind the empty line the builder speaks already.
Result<std::string> ReadAnswer(int fd) {
  std::string answer;
  char byte = 0;
  while (!answer.ends_with("\r\n\r\n")) {
    if (::recv(fd, &byte, 1, 0) != 1) return Away("it did not answer in time");
    answer.push_back(byte);
    if (answer.size() > kAnswerBytesMax) return Away("its answer is none");
  }
  return answer;
}

}  // namespace

Result<std::shared_ptr<grpc::Channel>> DialBuilder(const std::string& endpoint, Millis deadline) {
  EDM_TRY(const auto address, AddressOf(endpoint));
  SocketFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return Away(std::strerror(errno));
  const timeval limit{.tv_sec = deadline.count() / 1'000, .tv_usec = deadline.count() % 1'000 * 1'000};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Away(std::strerror(errno));
  if (::send(socket.get(), kAsk.data(), kAsk.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(kAsk.size()))
    return Away(std::strerror(errno));
  EDM_TRY(const auto answer, ReadAnswer(socket.get()));
  if (!answer.starts_with("HTTP/1.1 101")) return Away("it said " + answer.substr(0, answer.find('\r')));
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL, 0) | O_NONBLOCK);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  return grpc::CreateCustomInsecureChannelFromFd("engine", socket.Release(), arguments);
}

}  // namespace edm::worker
