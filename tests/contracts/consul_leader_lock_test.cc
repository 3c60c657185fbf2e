#include "common/adapters/lock/consul_leader_lock.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/contracts/consul_agent.h"
#include "tests/contracts/leader_lock_contract.h"

namespace edm {
namespace {

ConsulAgent& Agent() {
  static ConsulAgent agent;
  return agent;
}

// Of a ttl that a busy machine keeps, where time is not what is tested.
ConsulLockOptions OptionsFor(const std::string& prefix, const std::string& name, Millis ttl = Millis(5'000)) {
  return {.url = Agent().url(),
          .prefix = prefix,
          .name = prefix.substr(0, prefix.size() - 1) + "-" + name,
          .ttl = ttl};
}

LeaderLockFactory MakeConsul() {
  static int number = 0;
  return [prefix = "lock-" + std::to_string(++number) + "/"](const std::string& name) {
    return std::make_unique<ConsulLeaderLock>(OptionsFor(prefix, name));
  };
}

INSTANTIATE_TEST_SUITE_P(Consul, LeaderLockContract, testing::Values(MakeConsul));

// A holder in a process of its own, which says when it has the lock.
class Holder {
 public:
  explicit Holder(const std::string& prefix) {
    int fds[2];
    EDM_ASSERT(::pipe(fds) == 0);
    const auto options = OptionsFor(prefix, "holder", Millis(1'000));
    pid_ = ::fork();
    if (pid_ == 0) Hold(options, fds[1]);
    char said = 0;
    EDM_ASSERT(::read(fds[0], &said, 1) == 1 && said == 'y');
    ::close(fds[0]);
    ::close(fds[1]);
  }
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  void Signal(int number) { ::kill(pid_, number); }

 private:
  [[noreturn]] static void Hold(const ConsulLockOptions& options, int say) {
    ConsulLeaderLock lock(options);
    const auto taken = lock.Take("holder");
    (void)!::write(say, taken.ok() && *taken ? "y" : "n", 1);
    while (true) {
      (void)lock.Renew();
      std::this_thread::sleep_for(Millis(300));
    }
  }
  pid_t pid_ = 0;
};

// How long until `lock` is free, looking as a candidate does.
Millis FreeAfter(LeaderLock& lock) {
  const auto begin = std::chrono::steady_clock::now();
  for (auto holder = lock.Look(Millis(0)); holder.ok() && *holder; holder = lock.Look(Millis(500))) {
  }
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
}

TEST(ConsulLeaderLock, IsFreeSoonAfterItsHolderIsKilledOrStopped) {
  for (const int number : {SIGKILL, SIGSTOP}) {
    const auto prefix = "signal-" + std::to_string(number) + "/";
    (void)Agent();
    Holder holder(prefix);
    ConsulLeaderLock lock(OptionsFor(prefix, "next"));
    ASSERT_TRUE(lock.Look(Millis(0)).value());
    holder.Signal(number);
    const auto took = FreeAfter(lock);
    RecordProperty("free_after_ms", static_cast<int>(took.count()));
    EXPECT_LT(took, Millis(10'000));
    EXPECT_TRUE(*lock.Take("next"));
  }
}

TEST(ConsulLeaderLock, IsTakenAtOnceByItsHolderInAnotherLife) {
  const std::string prefix = "again/";
  (void)Agent();
  Holder holder(prefix);
  holder.Signal(SIGKILL);
  ConsulLeaderLock again(OptionsFor(prefix, "holder"));
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    const auto taken = again.Take("again");
    if (taken.ok() && *taken) break;
    ASSERT_LT(std::chrono::steady_clock::now() - begin, Millis(10'000));
    std::this_thread::sleep_for(Millis(50));
  }
  RecordProperty(
      "taken_after_ms",
      static_cast<int>(std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin).count()));
}

TEST(ConsulLeaderLock, SaysThatConsulIsAwayWithinItsTime) {
  ConsulLeaderLock lock({.url = "http://127.0.0.1:1", .name = "alone"});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(lock.Take("alone").error().code, Code::kUnavailable);
  EXPECT_EQ(lock.Look(Millis(500)).error().code, Code::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Millis(3'000));
}

}  // namespace
}  // namespace edm
