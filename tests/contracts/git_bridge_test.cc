#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "common/adapters/process/boost_process_runner.h"
#include "common/base/text.h"
#include "common/rpc/http/server.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::rpc {
namespace {

// A stock git client against `git http-backend` behind our server: chunked and compressed bodies,
// "Expect: 100-continue", and both directions at once.
class GitBridgeTest : public testing::Test {
 protected:
  void SetUp() override {
    Git({"init", "-q", "--bare", "-b", "main", bare_});
    Git({"-C", bare_, "config", "http.receivepack", "true"});
    auto started = HttpServer::Start({}, [this](std::shared_ptr<Exchange> exchange) {
      std::thread([this, exchange = std::move(exchange)] {
        Bridge(*exchange);
        ++bridged_;
      }).detach();
    });
    ASSERT_TRUE(started.ok());
    server_ = std::move(started).value();
    url_ = "http://" + server_->addresses()[0] + "/repo.git";
  }
  void TearDown() override {
    while (bridged_ < begun_) std::this_thread::sleep_for(Millis(2));
  }

  std::string Git(std::vector<std::string> operands) {
    operands.insert(operands.begin(), "git");
    std::string out;
    const auto end =
        runner_.Run({.argv = operands,
                     .environment = {{"HOME", folder_.path()},
                                     {"PATH", "/usr/bin:/bin"},
                                     {"GIT_TERMINAL_PROMPT", "0"},
                                     {"GIT_AUTHOR_NAME", "a"},
                                     {"GIT_AUTHOR_EMAIL", "a@b"},
                                     {"GIT_COMMITTER_NAME", "a"},
                                     {"GIT_COMMITTER_EMAIL", "a@b"}},
                     .deadline = Millis(60'000)},
                    [&](OutputStream, std::string_view line) { out += std::string(line) + "\n"; }, {});
    EXPECT_TRUE(end.ok() && end->succeeded()) << Join(operands, " ") << "\n" << out;
    return out;
  }

  void Bridge(Exchange& exchange) {
    ++begun_;
    const auto& request = exchange.request();
    ProcessSpec spec{
        .argv = {"git", "http-backend"},
        .environment = {{"PATH", "/usr/bin:/bin"},
                        {"GIT_PROJECT_ROOT", folder_.path()},
                        {"GIT_HTTP_EXPORT_ALL", "1"},
                        {"REQUEST_METHOD", request.method},
                        {"PATH_INFO", request.path},
                        {"QUERY_STRING", request.query},
                        {"CONTENT_TYPE", std::string(request.headers.Get("Content-Type"))},
                        {"HTTP_CONTENT_ENCODING", std::string(request.headers.Get("Content-Encoding"))},
                        {"HTTP_GIT_PROTOCOL", std::string(request.headers.Get("Git-Protocol"))},
                        {"REMOTE_USER", "tester"}}};
    if (request.content_length)
      spec.environment.emplace_back("CONTENT_LENGTH", std::to_string(*request.content_length));
    auto process = std::move(runner_.Start(spec)).value();
    exchange.LimitBody(std::uint64_t{1} << 32);
    std::jthread feeder([&] {
      std::string bytes(65'536, '\0');
      for (auto got = exchange.Read(bytes); got.ok() && *got > 0; got = exchange.Read(bytes)) {
        if (!process->Write({bytes.data(), *got}).ok()) break;
      }
      process->CloseInput();
    });
    Answer(exchange, *process);
    process->Kill();
  }

  static void Answer(Exchange& exchange, Process& process) {
    std::string seen;
    std::string bytes(65'536, '\0');
    while (seen.find("\r\n\r\n") == std::string::npos) {
      const auto got = process.Read(bytes);
      if (!got.ok() || *got == 0) return;
      seen.append(bytes, 0, *got);
    }
    const auto end = seen.find("\r\n\r\n");
    HttpHead head;
    for (const auto& line : Split(seen.substr(0, end), '\n')) {
      const auto colon = line.find(':');
      const auto name = line.substr(0, colon);
      const std::string value(Trim(line.substr(colon + 1)));
      if (name == "Status") {
        head.status = std::stoi(value);
      } else {
        head.headers.Add(name, value);
      }
    }
    exchange.Begin(std::move(head));
    (void)exchange.Write(seen.substr(end + 4));
    for (auto got = process.Read(bytes); got.ok() && *got > 0; got = process.Read(bytes)) {
      if (!exchange.Write({bytes.data(), *got}).ok()) return;
    }
    exchange.Finish();
  }

  TemporaryFolder folder_;
  const std::string bare_ = folder_.path() + "/repo.git";
  BoostProcessRunner runner_;
  std::atomic<int> begun_{0};
  std::atomic<int> bridged_{0};
  std::unique_ptr<HttpServer> server_;
  std::string url_;
};

TEST_F(GitBridgeTest, ClonesPushesMuchAndFetches) {
  const auto work = folder_.path() + "/work";
  Git({"clone", "-q", url_, work});
  // Above http.postBuffer, so that git sends chunks after a probe; random bytes do not compress.
  const auto end = runner_.Run(
      {.argv = {"dd", "if=/dev/urandom", "of=" + work + "/blob", "bs=1M", "count=12", "status=none"}},
      nullptr, {});
  ASSERT_TRUE(end.ok() && end->succeeded());
  Git({"-C", work, "add", "."});
  Git({"-C", work, "commit", "-q", "-m", "one"});
  Git({"-C", work, "push", "-q", "origin", "HEAD:main"});
  const auto copy = folder_.path() + "/copy";
  Git({"clone", "-q", "--depth", "1", url_, copy});
  EXPECT_EQ(Git({"-C", copy, "rev-parse", "HEAD"}), Git({"-C", work, "rev-parse", "HEAD"}));
  Git({"-C", work, "commit", "-q", "--allow-empty", "-m", "two"});
  Git({"-C", work, "push", "-q", "origin", "HEAD:main"});
  Git({"-C", copy, "pull", "-q"});
  EXPECT_EQ(Git({"-C", copy, "rev-parse", "HEAD"}), Git({"-C", work, "rev-parse", "HEAD"}));
}

}  // namespace
}  // namespace edm::rpc
