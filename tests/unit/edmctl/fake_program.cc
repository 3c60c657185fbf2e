// Stands for edm-master and edm-worker, by the name it is started under: enough of both for `edmctl dev`.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/unit/edmctl/fake_master.h"

namespace {

std::map<std::string, std::string> FlagsOf(int argc, char** argv) {
  std::map<std::string, std::string> flags;
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::string(argv[i]).starts_with("--")) flags[argv[i]] = argv[i + 1];
  }
  return flags;
}

// Answers every request with 200.
[[noreturn]] void ServeReady(const std::string& listen_on) {
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(listen_on.substr(listen_on.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(file, 8) != 0)
    _exit(1);
  for (;;) {
    const int peer = accept(file, nullptr, nullptr);
    char request[4096];
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    if (read(peer, request, sizeof request) > 0 && write(peer, answer.data(), answer.size()) < 0) _exit(1);
    close(peer);
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto flags = FlagsOf(argc, argv);
  const auto name = std::filesystem::path(argv[0]).filename().string();
  const auto data = std::filesystem::path(flags["--data-dir"]);
  std::filesystem::create_directories(data);
  std::printf("%s begins\n", name.c_str());
  std::fflush(stdout);
  if (name == "edm-worker") {
    if (argc > 1 && std::string(argv[1]) == "join") {
      std::ifstream token(flags["--token-file"]);
      std::string secret;
      std::getline(token, secret);
      return secret == "made-up" ? 0 : 1;
    }
    pause();
    return 0;
  }
  edm::ctl::FakeMaster master("of-the-admin", flags["--grpc-listen"]);
  std::ofstream(data / "admin.token") << "of-the-admin\n";
  ServeReady(flags["--http-listen"]);
}
