#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/base/unique_fd.h"
#include "common/rpc/http/client.h"
#include "common/rpc/http/server.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::rpc {
namespace {

// A server that accepts one connection after another and does with each what the test says.
class OddServer {
 public:
  explicit OddServer(std::function<void(int number, int fd)> serve) {
    fd_.Reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EDM_ASSERT(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    EDM_ASSERT(::listen(fd_.get(), 8) == 0);
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (int number = 0;; ++number) {
        const UniqueFd client(::accept(fd_.get(), nullptr, nullptr));
        if (!client.valid()) return;
        serve(number, client.get());
      }
    });
  }
  ~OddServer() {
    ::shutdown(fd_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url() const { return "unix://" + path_; }

  static std::string ReadHead(int fd) {
    std::string head;
    for (char c; head.find("\r\n\r\n") == std::string::npos && ::recv(fd, &c, 1, 0) == 1;) head += c;
    return head;
  }
  static void Say(int fd, std::string_view bytes) {
    (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

 private:
  TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/socket";
  UniqueFd fd_;
  std::thread thread_;
};

TEST(HttpClient, SpeaksOverAUnixSocket) {
  std::string head;
  OddServer server([&](int, int fd) {
    head = OddServer::ReadHead(fd);
    OddServer::Say(fd,
                   "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
  });
  HttpClient client({.url = server.url(), .headers = {{"X-Token", "t"}}});
  const auto reply =
      client.Call({.method = "DELETE", .target = "/a?b", .headers = {{"X-Bad", "a\r\nInjected: 1"}}});
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "none");
  EXPECT_TRUE(head.starts_with("DELETE /a?b HTTP/1.1\r\nHost: localhost\r\nX-Token: t\r\n")) << head;
  EXPECT_EQ(head.find("\r\nInjected"), std::string::npos);
}

TEST(HttpClient, ReadsABodyThatEndsWithTheConnection) {
  OddServer server([](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  EXPECT_EQ(HttpClient({.url = server.url()}).Call({})->body, "all of it");
}

TEST(HttpClient, SaysThatABodyWasCutOff) {
  OddServer server([](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  const auto reply = HttpClient({.url = server.url()}).Call({});
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kUnavailable);
  EXPECT_NE(reply.error().object.find(server.url()), std::string::npos) << reply.error().object;
}

TEST(HttpClient, NamesTheCallButNoCredentialWhenNothingListens) {
  const auto reply = HttpClient({.url = "http://127.0.0.1:1"}).Call({.target = "/v1/x?token=secret"});
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kUnavailable);
  EXPECT_EQ(reply.error().object, "GET http://127.0.0.1:1/v1/x");
  EXPECT_NE(reply.error().cause.find("refused"), std::string::npos);
  EXPECT_FALSE(reply.error().hint.empty());
}

TEST(HttpClient, RefusesUrlsOfAnotherForm) {
  for (const auto* url : {"", "ftp://x", "http://", "http://u:p@h", "http://h/path", "unix://relative",
                          "http://h:", "http://a b"}) {
    const auto reply = HttpClient({.url = url}).Call({});
    ASSERT_FALSE(reply.ok()) << url;
    EXPECT_EQ(reply.error().code, Code::kInvalidArgument) << url;
  }
  EXPECT_EQ(HttpClient({.url = "http://127.0.0.1:1"}).Call({.target = "/a b"}).error().code,
            Code::kInvalidArgument);
}

TEST(HttpClient, KeepsItsDeadlineWithASilentAndASlowServer) {
  OddServer server([](int number, int fd) {
    OddServer::ReadHead(fd);
    if (number == 0) {
      std::this_thread::sleep_for(Millis(400));
      return;
    }
    OddServer::Say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 8; ++i) {
      OddServer::Say(fd, "x");
      std::this_thread::sleep_for(Millis(50));
    }
  });
  HttpClient client({.url = server.url()});
  for (int i = 0; i < 2; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto reply = client.Call({.deadline = Millis(200)});
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, Code::kDeadlineExceeded);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(350));
  }
}

TEST(HttpClient, EndsAStalledCallAndAStoppedOne) {
  std::promise<void> over;
  auto is_over = over.get_future().share();
  OddServer server([is_over](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.1 200 OK\r\n\r\nbegun");
    is_over.wait();
  });
  HttpClient client({.url = server.url()});
  EXPECT_EQ(client.Call({.deadline = kNever, .stall = Millis(80)}).error().code, Code::kDeadlineExceeded);
  over.set_value();
  std::promise<void> again;
  auto is_again = again.get_future().share();
  OddServer silent([is_again](int, int fd) {
    OddServer::ReadHead(fd);
    is_again.wait();
  });
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(Millis(50));
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(HttpClient({.url = silent.url()})
                .Call({.deadline = kNever, .stall = kNever}, stop.get_token())
                .error()
                .code,
            Code::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(500));
  again.set_value();
}

TEST(HttpClient, TakesANewConnectionWhenTheKeptOneWasClosed) {
  std::atomic<int> connections{0};
  OddServer server([&](int, int fd) {
    ++connections;
    OddServer::ReadHead(fd);
    OddServer::Say(fd,
                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");  // and closes, without having said so
  });
  HttpClient client({.url = server.url()});
  for (int i = 0; i < 5; ++i) {
    const auto reply = client.Call({});
    ASSERT_TRUE(reply.ok()) << ToString(reply.error());
    EXPECT_EQ(reply->body, "ok");
  }
  EXPECT_EQ(connections, 5);
}

// Docker's build answers while it still reads the context.
TEST(HttpClient, ReadsAnAnswerWhileItSends) {
  OddServer server([](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.1 200 OK\r\n\r\nearly;");
    char bytes[4096];
    std::string seen;
    while (seen.find("0\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(fd, bytes, sizeof bytes, 0);
      if (got <= 0) break;
      seen.append(bytes, static_cast<std::size_t>(got));
    }
    OddServer::Say(fd, "late");
  });
  int pieces = 0;
  std::string body;
  bool early_while_sending = false;
  HttpClient client({.url = server.url()});
  const auto reply = client.Stream({.method = "POST",
                                    .body_source = [&](std::span<char> into) -> Result<std::size_t> {
                                      if (body == "early;" || ++pieces > 100'000) {
                                        early_while_sending = body == "early;";
                                        return std::size_t{0};
                                      }
                                      into[0] = 'x';
                                      return std::size_t{1};
                                    }},
                                   [&](int, std::string_view piece) {
                                     body += piece;
                                     return Ok();
                                   });
  ASSERT_TRUE(reply.ok()) << ToString(reply.error());
  EXPECT_EQ(body, "early;late");
  EXPECT_TRUE(early_while_sending);
}

TEST(HttpClient, EndsWithTheErrorOfItsSinkOrSource) {
  OddServer server([](int number, int fd) {
    OddServer::ReadHead(fd);
    if (number == 0) OddServer::Say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    if (number == 1) OddServer::ReadHead(fd);  // until the client gives up
  });
  HttpClient client({.url = server.url()});
  const Error mine{Code::kResourceExhausted, "disk", "full", {}, ""};
  EXPECT_EQ(client.Stream({}, [&](int, std::string_view) -> Status { return mine; }).error(), mine);
  EXPECT_EQ(client
                .Call({.method = "POST",
                       .body_source = [&](std::span<char>) -> Result<std::size_t> { return mine; }})
                .error(),
            mine);
}

TEST(HttpClient, LimitsWhatItCollects) {
  OddServer server([](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000, 'x'));
  });
  EXPECT_EQ(HttpClient({.url = server.url(), .body_bytes_max = 1'000}).Call({}).error().code,
            Code::kResourceExhausted);
}

TEST(HttpClient, GivesWhatCameWithTheUpgradeAndCanBeClosedFromElsewhere) {
  OddServer server([](int, int fd) {
    OddServer::ReadHead(fd);
    OddServer::Say(fd, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst");
    char byte;
    (void)!::recv(fd, &byte, 1, 0);
  });
  HttpClient client({.url = server.url()});
  auto upgraded = client.Upgrade({.method = "POST"}, "tcp");
  ASSERT_TRUE(upgraded.ok() && upgraded->stream);
  char bytes[16];
  EXPECT_EQ(std::string(bytes, *upgraded->stream->Read(bytes)), "first");
  std::jthread closer([&] {
    std::this_thread::sleep_for(Millis(50));
    upgraded->stream->Close();
  });
  EXPECT_EQ(upgraded->stream->Read(bytes).error().code, Code::kCancelled);
}

class HttpTls : public testing::Test {
 protected:
  struct Identity {
    std::string certificate;
    std::string key;
  };
  Identity Make(const std::string& name) {
    const auto base = folder_.path() + "/" + name;
    BoostProcessRunner runner;
    const auto end = runner.Run({.argv = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                                          "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                                          "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1,DNS:" + name,
                                          "-keyout", base + ".key", "-out", base + ".pem"}},
                                nullptr, {});
    EXPECT_TRUE(end.ok() && end->succeeded());
    return {Read(base + ".pem"), Read(base + ".key")};
  }
  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static std::unique_ptr<HttpServer> Serve(HttpServerTls tls) {
    auto server = HttpServer::Start({.tls = std::move(tls)}, [](std::shared_ptr<Exchange> exchange) {
      const auto name = exchange->request().client_name;
      ReadAll(exchange, 10'000'000, [exchange, name](Result<std::string> body) {
        exchange->Respond({.body = "hello " + name + " " + std::to_string(body.ok() ? body->size() : 0)});
      });
    });
    EXPECT_TRUE(server.ok()) << ToString(server.error());
    return std::move(server).value();
  }
  TemporaryFolder folder_;
};

TEST_F(HttpTls, BelievesOnlyThePinnedCertificate) {
  const auto identity = Make("edm-a");
  const auto other = Make("edm-b");
  const auto server = Serve({identity.certificate, identity.key, ""});
  const auto url = "https://" + server->addresses()[0];
  HttpClient pinned({.url = url, .tls = {.ca = identity.certificate}});
  EXPECT_EQ(pinned.Call({})->body, "hello  0");
  EXPECT_EQ(pinned.Call({.method = "POST", .body = std::string(3'000'000, 'x')})->body, "hello  3000000");
  const auto wrong = HttpClient({.url = url, .tls = {.ca = other.certificate}}).Call({});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, Code::kUnauthenticated);
  EXPECT_EQ(HttpClient({.url = url}).Call({}).error().code, Code::kUnauthenticated);
  EXPECT_EQ(HttpClient({.url = url, .tls = {.ca = identity.certificate, .server_name = "elsewhere"}})
                .Call({})
                .error()
                .code,
            Code::kUnauthenticated);
  EXPECT_EQ(
      HttpClient({.url = url, .tls = {.ca = identity.certificate, .server_name = "edm-a"}}).Call({})->status,
      200);
  const auto clear =
      HttpClient({.url = "http://" + server->addresses()[0]}).Call({.deadline = Millis(2'000)});
  EXPECT_FALSE(clear.ok() && clear->ok());
}

TEST_F(HttpTls, AsksForACertificateOfItsClientsAndNamesThem) {
  const auto identity = Make("edm-a");
  const auto guest = Make("edm-guest");
  const auto server = Serve({identity.certificate, identity.key, guest.certificate});
  const auto url = "https://" + server->addresses()[0];
  HttpClient known(
      {.url = url,
       .tls = {
           .ca = identity.certificate, .certificate_chain = guest.certificate, .private_key = guest.key}});
  EXPECT_EQ(known.Call({})->body, "hello edm-guest 0");
  EXPECT_FALSE(HttpClient({.url = url, .tls = {.ca = identity.certificate}}).Call({}).ok());
}

TEST_F(HttpTls, RefusesACertificateThatDoesNotFitItsKey) {
  const auto one = Make("edm-a");
  const auto two = Make("edm-b");
  const auto server = HttpServer::Start({.tls = HttpServerTls{one.certificate, two.key, ""}}, nullptr);
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace edm::rpc
