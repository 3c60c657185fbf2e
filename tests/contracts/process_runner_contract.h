#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/ports/process_runner.h"

namespace edm {

// What every ProcessRunner promises. Make returns a runner for which `echo` prints its operands, `false`
// ends with 1, `cat` copies its input, and `sleep 30` lasts.
using MakeProcessRunner = std::function<std::unique_ptr<ProcessRunner>()>;

class ProcessRunnerContract : public testing::TestWithParam<MakeProcessRunner> {
 protected:
  std::unique_ptr<ProcessRunner> runner_ = GetParam()();
};

TEST_P(ProcessRunnerContract, HandsOnLinesAndTheExitCode) {
  std::vector<std::string> lines;
  const auto end = runner_->Run({.argv = {"echo", "hello"}},
                                [&](OutputStream stream, std::string_view line) {
                                  EXPECT_EQ(stream, OutputStream::kStdout);
                                  lines.emplace_back(line);
                                },
                                {});
  ASSERT_TRUE(end.ok()) << ToString(end.error());
  EXPECT_TRUE(end->succeeded());
  EXPECT_EQ(lines, std::vector<std::string>{"hello"});
}

TEST_P(ProcessRunnerContract, TellsFailureFromNotStarting) {
  const auto failed = runner_->Run({.argv = {"false"}}, nullptr, {});
  ASSERT_TRUE(failed.ok());
  EXPECT_EQ(failed->exit_code, 1);
  const auto missing = runner_->Run({.argv = {"no-such-program-edm"}}, nullptr, {});
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(missing.error().object, "program no-such-program-edm");
}

TEST_P(ProcessRunnerContract, GivesTheInput) {
  std::string out;
  const auto end =
      runner_->Run({.argv = {"cat"}, .input = "one\ntwo\n"},
                   [&](OutputStream, std::string_view line) { out += std::string(line) + ";"; }, {});
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->succeeded());
  EXPECT_EQ(out, "one;two;");
}

TEST_P(ProcessRunnerContract, EndsAtTheDeadline) {
  const auto end = runner_->Run({.argv = {"sleep", "30"}, .deadline = Millis(50)}, nullptr, {});
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->deadline_met);
  EXPECT_FALSE(end->succeeded());
  EXPECT_EQ(end->signal, 9);
}

TEST_P(ProcessRunnerContract, StopsWithinAHundredMilliseconds) {
  std::stop_source source;
  std::chrono::steady_clock::time_point asked;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(Millis(60));
    asked = std::chrono::steady_clock::now();
    source.request_stop();
  });
  const auto end = runner_->Run({.argv = {"sleep", "30"}}, nullptr, source.get_token());
  const auto took = std::chrono::steady_clock::now() - asked;
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->cancelled);
  EXPECT_FALSE(end->deadline_met);
  EXPECT_LT(took, Millis(100));
}

TEST_P(ProcessRunnerContract, DoesNotStartWhatWasStoppedBefore) {
  std::stop_source source;
  source.request_stop();
  const auto end = runner_->Run({.argv = {"sleep", "30"}}, nullptr, source.get_token());
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->cancelled);
}

TEST_P(ProcessRunnerContract, CarriesBytesBothWays) {
  auto process = runner_->Start({.argv = {"cat"}});
  ASSERT_TRUE(process.ok()) << ToString(process.error());
  ASSERT_TRUE((*process)->Write("ping").ok());
  std::array<char, 16> bytes;
  const auto got = (*process)->Read(bytes);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(std::string(bytes.data(), *got), "ping");
  (*process)->CloseInput();
  EXPECT_EQ(*(*process)->Read(bytes), 0U);
  EXPECT_TRUE((*process)->Wait()->succeeded());
}

TEST_P(ProcessRunnerContract, KillsWhatItStarted) {
  auto process = runner_->Start({.argv = {"cat"}});
  ASSERT_TRUE(process.ok());
  (*process)->Kill();
  const auto end = (*process)->Wait();
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->cancelled);
}

}  // namespace edm
