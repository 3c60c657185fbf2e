#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "master/api/git/git_bridge.h"
#include "tests/unit/master/rest_exchange.h"

namespace edm::master {
namespace {

// Like a program behind a pipe: it ends when all that it says was read, or when it is killed.
class Talker final : public Process {
 public:
  explicit Talker(std::string words) : words_(std::move(words)) {}

  Result<std::size_t> Read(std::span<char> into) override {
    const auto count = std::min({into.size(), words_.size(), std::size_t{1'000}});
    std::memcpy(into.data(), words_.data(), count);
    words_.erase(0, count);
    return count;
  }
  Status Write(std::string_view) override { return Ok(); }
  void CloseInput() override {}
  Result<ProcessEnd> Wait() override {
    would_hang = !words_.empty() && !killed;
    return ProcessEnd{.exit_code = 0};
  }
  void Kill() override { killed = true; }
  std::string ErrorTail() const override { return {}; }

  std::atomic<bool> killed{false};
  std::atomic<bool> would_hang{false};

 private:
  std::string words_;
};

// A client that left without its leaving having been noticed.
class Deaf final : public rest::MemoryExchange {
 public:
  Deaf() : MemoryExchange("GET", "/git/default/shop.git/info/refs") {}
  Status Write(std::string_view) override { return Error{Code::kCancelled, "client", "it is gone"}; }
  void Abort() override { aborted = true; }
  bool aborted = false;
};

TEST(GitBridge, AProgramWhoseAnswerNobodyTakesComesToItsEnd) {
  const auto exchange = std::make_shared<Deaf>();
  const auto program = std::make_shared<Talker>("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n" +
                                                std::string(20'000, 'x'));
  EXPECT_TRUE(BridgeToCgi(exchange, program).ok());
  EXPECT_FALSE(program->would_hang);
  EXPECT_TRUE(exchange->aborted);
  EXPECT_FALSE(exchange->finished);
}

TEST(GitBridge, AProgramThatSpeaksNoCgiIsEnded) {
  const auto exchange = std::make_shared<Deaf>();
  const auto program = std::make_shared<Talker>(std::string(200'000, 'x'));
  EXPECT_FALSE(BridgeToCgi(exchange, program).ok());
  EXPECT_FALSE(program->would_hang);
}

}  // namespace
}  // namespace edm::master
