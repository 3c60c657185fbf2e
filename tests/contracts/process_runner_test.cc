#include <dirent.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "common/adapters/process/boost_process_runner.h"
#include "tests/contracts/process_runner_contract.h"
#include "tests/fakes/scripted_process_runner.h"

namespace edm {
namespace {

std::unique_ptr<ProcessRunner> MakeScripted() {
  auto runner = std::make_unique<ScriptedProcessRunner>();
  runner->Add({.words = {"echo", "hello"}, .out = "hello\n"});
  runner->Add({.words = {"false"}, .end = {.exit_code = 1}});
  runner->Add({.words = {"cat"}, .echoes = true});
  runner->Add({.words = {"sleep", "30"}, .lasts = Millis(30'000)});
  return runner;
}

INSTANTIATE_TEST_SUITE_P(Boost, ProcessRunnerContract,
                         testing::Values([] { return std::make_unique<BoostProcessRunner>(); }));
INSTANTIATE_TEST_SUITE_P(Scripted, ProcessRunnerContract, testing::Values(MakeScripted));

class BoostProcessRunnerTest : public testing::Test {
 protected:
  // What a script of a shell printed: a shell is just a handy program here.
  std::string Out(const std::string& script, ProcessSpec spec = {}) {
    spec.argv = {"/bin/sh", "-c", script};
    std::string out;
    const auto end =
        runner_.Run(spec, [&](OutputStream, std::string_view line) { out += std::string(line) + "\n"; }, {});
    if (!end.ok()) return ToString(end.error());
    if (!end->succeeded())
      out += "exit " + std::to_string(end->exit_code) + " signal " + std::to_string(end->signal);
    return out;
  }
  static bool Alive(pid_t pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number, name, state;
    return (stat >> number >> name >> state) && state != "Z" && state != "X";
  }
  static bool GoneSoon(pid_t pid) {
    for (int tries = 0; tries < 100 && Alive(pid); ++tries) std::this_thread::sleep_for(Millis(10));
    return !Alive(pid);
  }

  BoostProcessRunner runner_;
};

TEST_F(BoostProcessRunnerTest, GivesExactlyTheEnvironment) {
  ::setenv("EDM_LEAK", "1", 1);
  EXPECT_EQ(Out("/usr/bin/env | /usr/bin/grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=",
                {.environment = {{"A", "b c"}}}),
            "A=b c\n");
}

TEST_F(BoostProcessRunnerTest, RunsInTheFolderAndSaysWhenItIsMissing) {
  EXPECT_EQ(Out("pwd", {.directory = "/usr"}), "/usr\n");
  EXPECT_EQ(Out("pwd", {.directory = "/no/such"}), "program /bin/sh: its folder /no/such is not there");
}

TEST_F(BoostProcessRunnerTest, InheritsNoDescriptor) {
  const int leak = ::dup(1);  // without O_CLOEXEC on purpose
  EXPECT_EQ(Out("ls /proc/self/fd | tr '\\n' ' '", {.environment = {{"PATH", "/usr/bin:/bin"}}}),
            "0 1 2 3 \n");  // 3 is ls's own
  ::close(leak);
}

TEST_F(BoostProcessRunnerTest, KeepsTheLimits) {
  EXPECT_EQ(
      Out("ulimit -v; ulimit -t; ulimit -c", {.limits = {.cpu = Seconds(7), .memory_bytes = 512ULL << 20}}),
      "524288\n7\n0\n");
  EXPECT_EQ(Out("while :; do :; done", {.limits = {.cpu = Seconds(1)}, .deadline = Millis(20'000)}),
            "exit -1 signal 9");
}

TEST_F(BoostProcessRunnerTest, ChangesTheUser) {
  if (::getuid() != 0) {
    EXPECT_NE(Out("id -u", {.limits = {.user = 65534}}).find("ermitted"), std::string::npos);
    return;
  }
  EXPECT_EQ(Out("/usr/bin/id -u; /usr/bin/id -g; /usr/bin/id -G", {.limits = {.user = 65534}}),
            "65534\n65534\n65534\n");
}

TEST_F(BoostProcessRunnerTest, StartsWithDefaultSignals) {
  EXPECT_EQ(Out("kill -PIPE $$; echo survived"), "exit -1 signal 13");
}

TEST_F(BoostProcessRunnerTest, KillsTheWholeGroupAtTheDeadline) {
  pid_t grandchild = 0;
  const auto end = runner_.Run(
      {.argv = {"/bin/sh", "-c", "sleep 60 & echo $!; wait"}, .deadline = Millis(300)},
      [&](OutputStream, std::string_view line) { grandchild = std::stoi(std::string(line)); }, {});
  ASSERT_TRUE(end.ok());
  EXPECT_TRUE(end->deadline_met);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(GoneSoon(grandchild));
}

TEST_F(BoostProcessRunnerTest, LeavesNothingOfTheGroupBehindAfterTheEnd) {
  pid_t grandchild = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto end = runner_.Run(
      {.argv = {"/bin/sh", "-c", "sleep 60 & echo $!"}},
      [&](OutputStream, std::string_view line) { grandchild = std::stoi(std::string(line)); }, {});
  EXPECT_TRUE(end->succeeded());
  EXPECT_TRUE(GoneSoon(grandchild));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(2'000));
}

TEST_F(BoostProcessRunnerTest, IsNotHeldUpByADescendantThatLeftTheGroup) {
  const auto begin = std::chrono::steady_clock::now();
  const auto out = Out("setsid sleep 3 & echo done", {.environment = {{"PATH", "/usr/bin:/bin"}}});
  EXPECT_EQ(out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(2'000));
}

TEST_F(BoostProcessRunnerTest, LeavesNoZombieAndNoDescriptor) {
  const auto descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
  };
  (void)Out("true");
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i) {
    (void)Out("true");
    (void)runner_.Run({.argv = {"/no/such/program"}}, nullptr, {});
    (void)runner_.Start({.argv = {"sleep", "60"}});
  }
  EXPECT_EQ(descriptors(), before);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(BoostProcessRunnerTest, SaysWhyAFileCannotBeRun) {
  const auto end = runner_.Run({.argv = {"/etc/passwd"}}, nullptr, {});
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, Code::kPermissionDenied) << ToString(end.error());
}

TEST_F(BoostProcessRunnerTest, CutsLongLinesAndKeepsTheirOrder) {
  std::size_t bytes = 0;
  std::size_t longest = 0;
  const auto end = runner_.Run({.argv = {"head", "-c", "100000", "/dev/zero"}},
                               [&](OutputStream, std::string_view line) {
                                 bytes += line.size();
                                 longest = std::max(longest, line.size());
                               },
                               {});
  EXPECT_TRUE(end->succeeded());
  EXPECT_EQ(bytes, 100'000U);
  EXPECT_EQ(longest, 16'384U);
}

TEST_F(BoostProcessRunnerTest, TakesMuchInputFromAProgramThatTalksBack) {
  const std::string input(4 << 20, 'x');
  std::size_t bytes = 0;
  const auto end = runner_.Run({.argv = {"cat"}, .input = input},
                               [&](OutputStream, std::string_view line) { bytes += line.size(); }, {});
  EXPECT_TRUE(end->succeeded());
  EXPECT_EQ(bytes, input.size());
}

TEST_F(BoostProcessRunnerTest, SurvivesAProgramThatReadsNoInput) {
  EXPECT_EQ(Out("exec 0<&-; sleep 0.1; echo fine",
                {.environment = {{"PATH", "/usr/bin:/bin"}}, .input = std::string(1 << 20, 'x')}),
            "fine\n");
}

TEST_F(BoostProcessRunnerTest, KeepsTheTailOfStandardErrorOfWhatItStarted) {
  auto process = runner_.Start(
      {.argv = {"/bin/sh", "-c", "echo begin >&2; head -c 5000 /dev/zero | tr '\\0' x >&2; echo end >&2"}});
  ASSERT_TRUE(process.ok());
  (void)(*process)->Wait();
  const auto tail = (*process)->ErrorTail();
  EXPECT_EQ(tail.size(), 4096U);
  EXPECT_TRUE(tail.ends_with("end\n"));
}

TEST_F(BoostProcessRunnerTest, HoldsTheDeadlineOfWhatItStarted) {
  auto process = runner_.Start({.argv = {"sleep", "60"}, .deadline = Millis(80)});
  const auto end = (*process)->Wait();
  EXPECT_TRUE(end->deadline_met);
}

TEST_F(BoostProcessRunnerTest, RunsManyAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> fine{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        const auto end = runner_.Run({.argv = {"cat"}, .input = "x"}, nullptr, {});
        if (end.ok() && end->succeeded()) ++fine;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(fine, 160);
}

// A daemon that is killed with SIGKILL: what it ran must not go on.
TEST_F(BoostProcessRunnerTest, EndsItsChildrenWhenItIsKilled) {
  auto parent = runner_.Start({.argv = {EDM_SLEEPING_PARENT}});
  ASSERT_TRUE(parent.ok()) << ToString(parent.error());
  std::array<char, 32> bytes{};
  ASSERT_GT(*(*parent)->Read(bytes), 0U);
  const pid_t child = std::atoi(bytes.data());
  EXPECT_TRUE(Alive(child));
  (*parent)->Kill();
  EXPECT_TRUE((*parent)->Wait().ok());
  EXPECT_TRUE(GoneSoon(child));
}

}  // namespace
}  // namespace edm
