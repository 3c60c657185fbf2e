#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/integration/docker_project.h"

namespace edm::worker {
namespace {

using ::testing::UnorderedElementsAre;

class DockerStreams : public DockerProject {
 protected:
  DockerStreams() : DockerProject("dockertest-stream") {}

  std::vector<LogLine> Logs(std::vector<std::string> services = {}, std::optional<std::uint32_t> tail = {},
                            std::optional<WallTime> since = {}) {
    std::vector<LogLine> lines;
    const auto read = runtime().Logs({id_, std::move(services), false, since, tail},
                                     [&](const LogLine& line) { lines.push_back(line); }, {});
    EXPECT_TRUE(read.ok());
    return lines;
  }
  static std::vector<std::string> Texts(const std::vector<LogLine>& lines) {
    std::vector<std::string> texts;
    for (const auto& line : lines) texts.push_back(line.service + " " + line.text);
    return texts;
  }
  void WaitUntilAllEnded() {
    const auto began = std::chrono::steady_clock::now();
    while (Since(began) < Millis(10'000)) {
      const auto containers = runtime().Containers(id_);
      if (std::none_of(containers->begin(), containers->end(),
                       [](const auto& one) { return one.state == ContainerState::kRunning; })) {
        return;
      }
      std::this_thread::sleep_for(Millis(50));
    }
    FAIL() << "they still run";
  }
  static std::string ReadAll(ExecSession& session) {
    std::string all;
    for (;;) {
      const auto chunk = session.Read();
      if (!chunk.ok() || chunk->bytes.empty()) return all;
      all += chunk->bytes;
    }
  }
};

constexpr const char* kWaitsForever = "trap 'exit 0' TERM; while :; do sleep 1 & wait; done";

TEST_F(DockerStreams, LogsAreMergedByTimeAndMayBeCut) {
  ASSERT_TRUE(Up({{"a", Service("a", "echo one; sleep 0.6; echo three >&2; sleep 0.8; echo last")},
                  {"b", Service("b", "sleep 0.3; echo two; sleep 0.6; echo four")}})
                  .ok());
  WaitUntilAllEnded();
  // Which of the two an engine that is busy starts first is its own affair.
  const auto all = Logs();
  const auto texts = Texts(all);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &LogLine::time));
  EXPECT_THAT(texts, UnorderedElementsAre("a one", "b two", "a three", "b four", "a last"));
  for (const auto& line : all) {
    EXPECT_EQ(line.is_stderr, line.text == "three") << line.text;
    EXPECT_EQ(line.container, id_ + "." + line.service + ".1");
  }
  EXPECT_EQ(Texts(Logs({"a"})), (std::vector<std::string>{"a one", "a three", "a last"}));
  EXPECT_EQ(Texts(Logs({"b"})), (std::vector<std::string>{"b two", "b four"}));
  EXPECT_THAT(Texts(Logs({}, 1)), UnorderedElementsAre("b four", "a last"));
  const auto since = all.at(2).time;
  const auto at = std::ranges::lower_bound(all, since, {}, &LogLine::time) - all.begin();
  EXPECT_EQ(Texts(Logs({}, {}, since)), std::vector<std::string>(texts.begin() + at, texts.end()));
}

TEST_F(DockerStreams, LongLinesAndOtherBytesArriveWhole) {
  ASSERT_TRUE(
      Up({{"a", Service("a", "head -c 50000 /dev/zero | tr '\\0' x; echo; printf 'a\\377z\\n'")}}).ok());
  WaitUntilAllEnded();
  const auto lines = Logs();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, std::string(50'000, 'x'));
  EXPECT_EQ(lines[1].text, "a\xEF\xBF\xBDz");
}

TEST_F(DockerStreams, FollowingGoesOnOverARestart) {
  ASSERT_TRUE(Up({{"a", Service("a", std::string("echo started; ") + kWaitsForever)}}).ok());
  std::mutex mutex;
  std::condition_variable_any changed;
  int starts = 0;
  std::jthread reader([&](std::stop_token stop) {
    const auto read = runtime().Logs(
        {id_, {}, true, {}, {}},
        [&](const LogLine& line) {
          const std::lock_guard lock(mutex);
          if (line.text == "started") ++starts;
          changed.notify_all();
        },
        stop);
    EXPECT_TRUE(read.ok());
  });
  const auto wait_for = [&](int wanted) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10), [&] { return starts >= wanted; });
  };
  ASSERT_TRUE(wait_for(1));
  ASSERT_TRUE(runtime().Stop(id_, Seconds(2)).ok());
  ASSERT_TRUE(runtime().StartKept(id_).ok());
  EXPECT_TRUE(wait_for(2));
  std::this_thread::sleep_for(Millis(300));
  EXPECT_EQ(starts, 2) << "no line twice";
}

TEST_F(DockerStreams, FollowingGoesOnWithTheContainersOfTheNextRelease) {
  ASSERT_TRUE(Up({{"a", Service("a", std::string("echo old; ") + kWaitsForever)}}).ok());
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<std::string> texts;
  std::jthread reader([&](std::stop_token stop) {
    static_cast<void>(runtime().Logs(
        {id_, {}, true, {}, 0},
        [&](const LogLine& line) {
          const std::lock_guard lock(mutex);
          texts.push_back(line.text);
          changed.notify_all();
        },
        stop));
  });
  std::this_thread::sleep_for(Millis(700));
  ASSERT_TRUE(Up({{"a", Service("a", std::string("echo new; ") + kWaitsForever)}}).ok());
  std::unique_lock lock(mutex);
  changed.wait_for(lock, std::chrono::seconds(10), [&] { return !texts.empty(); });
  EXPECT_EQ(texts, (std::vector<std::string>{"new"})) << "nothing of before, all of what came later";
}

TEST_F(DockerStreams, ExecGivesItsExitCodeAndBothStreams) {
  ASSERT_TRUE(Up({{"a", Service("a", kWaitsForever)}}).ok());
  auto session = runtime().Exec({id_, "a", {"sh", "-c", "echo out; echo err >&2; exit 7"}});
  ASSERT_TRUE(session.ok()) << ToString(session.error());
  std::string out;
  std::string err;
  for (;;) {
    const auto chunk = (*session)->Read();
    ASSERT_TRUE(chunk.ok());
    if (chunk->bytes.empty()) break;
    (chunk->stream == ExecOutput::kStderr ? err : out) += chunk->bytes;
  }
  EXPECT_EQ(out, "out\n");
  EXPECT_EQ(err, "err\n");
  EXPECT_EQ((*session)->ExitCode().value(), 7);
}

TEST_F(DockerStreams, ExecOfAMissingProgramSaysSo) {
  ASSERT_TRUE(Up({{"a", Service("a", kWaitsForever)}}).ok());
  auto session = runtime().Exec({id_, "a", {"/no/such"}});
  if (session.ok()) {
    EXPECT_NE(ReadAll(**session).find("/no/such"), std::string::npos);
    EXPECT_THAT((*session)->ExitCode().value(), ::testing::AnyOf(126, 127));
  } else {
    EXPECT_NE(session.error().cause.find("/no/such"), std::string::npos);
  }
}

TEST_F(DockerStreams, ATtyHasASizeThatChanges) {
  ASSERT_TRUE(Up({{"a", Service("a", kWaitsForever)}}).ok());
  ExecRequest request{id_, "a", {"sh"}, true, 101, 31};
  auto session = runtime().Exec(request);
  ASSERT_TRUE(session.ok()) << ToString(session.error());
  ASSERT_TRUE((*session)->Write("stty size\n").ok());
  std::string seen;
  while (seen.find("31 101") == std::string::npos) {
    const auto chunk = (*session)->Read();
    ASSERT_TRUE(chunk.ok() && !chunk->bytes.empty()) << seen;
    seen += chunk->bytes;
  }
  ASSERT_TRUE((*session)->Resize(77, 22).ok());
  ASSERT_TRUE((*session)->Write("stty size; exit 3\n").ok());
  const std::string rest = ReadAll(**session);
  EXPECT_NE(rest.find("22 77"), std::string::npos) << rest;
  EXPECT_EQ((*session)->ExitCode().value(), 3);
}

TEST_F(DockerStreams, LeavingAnExecKillsItsCommand) {
  ASSERT_TRUE(Up({{"a", Service("a", kWaitsForever)}}).ok());
  {
    auto session = runtime().Exec({id_, "a", {"sh", "-c", "echo begun; sleep 271.82; echo over"}});
    ASSERT_TRUE(session.ok());
    ASSERT_TRUE((*session)->Read().ok());
  }
  const auto began = std::chrono::steady_clock::now();
  std::string processes;
  do {
    auto session = runtime().Exec({id_, "a", {"ps", "-o", "args"}});
    ASSERT_TRUE(session.ok());
    processes = ReadAll(**session);
  } while (processes.find("271.82") != std::string::npos && Since(began) < Millis(3'000));
  EXPECT_EQ(processes.find("271.82"), std::string::npos) << processes;
}

TEST_F(DockerStreams, ThePortsOfAContainerAreRead) {
  ASSERT_TRUE(Up({{"a", Service("a", "httpd -p 127.0.0.1:9000; httpd -p 8000; exec sleep 1000")}}).ok());
  const auto id = runtime().Containers(id_)->at(0).id;
  const auto began = std::chrono::steady_clock::now();
  std::vector<ListeningPort> ports;
  while (ports.size() < 2 && Since(began) < Millis(5'000)) ports = *runtime().ListeningPorts(id);
  EXPECT_EQ(ports, (std::vector<ListeningPort>{{8'000, false}, {9'000, true}}));
}

}  // namespace
}  // namespace edm::worker
