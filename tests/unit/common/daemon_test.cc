#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

#include "common/app/kept_sockets.h"
#include "common/app/notify.h"
#include "common/app/resident_memory.h"
#include "common/app/watchdog.h"
#include "common/base/pulse.h"
#include "common/base/unique_fd.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

class Manager {
 public:
  explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
  }
  std::string Heard() const {
    char text[64] = {};
    const auto got = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : "";
  }

 private:
  UniqueFd socket_;
};

TEST(Notify, ReachesTheServiceManagerByPathOrAbstractName) {
  const TemporaryFolder folder;
  const auto path = folder.path() + "/notify";
  const Manager by_path(path);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  EXPECT_TRUE(Notify("READY=1"));
  EXPECT_EQ(by_path.Heard(), "READY=1");

  const auto name = "edm-notify-test-" + std::to_string(::getpid());
  const Manager abstract(std::string(1, '\0') + name);
  ::setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  EXPECT_TRUE(Notify("STOPPING=1"));
  EXPECT_EQ(abstract.Heard(), "STOPPING=1");
}

TEST(Notify, SaysNothingWhereNobodyListens) {
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(Notify("READY=1"));
  ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
  EXPECT_FALSE(Notify("READY=1"));
  ::setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
  EXPECT_FALSE(Notify("READY=1"));
  ::unsetenv("NOTIFY_SOCKET");
}

// What a service manager does with the descriptors that it is handed: keeps them, and hands them to the next
// process.
TEST(KeptSockets, AreHandedOverWithTheirNameAndClaimedByIt) {
  const TemporaryFolder folder;
  const auto path = folder.path() + "/notify";
  const Manager manager(path);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  const UniqueFd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  KeptSockets::Keep(listening.get(), "http 127.0.0.1:8080");
  EXPECT_EQ(manager.Heard(), "FDSTORE=1\nFDNAME=http 127.0.0.1,8080");
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(KeptSockets, OfAnotherProcessAreLeftAlone) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "1", 1);
  ::setenv("LISTEN_FDNAMES", "http", 1);
  KeptSockets kept;
  EXPECT_FALSE(kept.Claim("http").valid());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr)
      << "a program that this one starts must not take them for its own";
}

SteadyTime In(Millis time) {
  return std::chrono::time_point_cast<Millis>(std::chrono::steady_clock::now()) + time;
}

TEST(Pulse, IsLateOnlyBehindWhatItsLoopSaid) {
  const SteadyTime now{Millis(1'000'000)};
  Pulse pulse;
  EXPECT_FALSE(pulse.IsLate(now)) << "a loop that has not begun";
  pulse.Expect(now + Millis(5));
  EXPECT_FALSE(pulse.IsLate(now + Millis(5)));
  EXPECT_TRUE(pulse.IsLate(now + Millis(6)));
  pulse.Rest();
  EXPECT_FALSE(pulse.IsLate(now + Millis(1'000'000'000)));
}

TEST(Watchdog, FallsSilentWhileOneOfTheLoopsIsLate) {
  const TemporaryFolder folder;
  const auto path = folder.path() + "/notify";
  const Manager manager(path);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  Pulse quick;
  Pulse slow;
  Watchdog watchdog({{"quick", &quick}, {"slow", &slow}});
  quick.Expect(In(Millis(60'000)));
  slow.Expect(In(Millis(60'000)));
  watchdog.Tick();
  EXPECT_EQ(manager.Heard(), "WATCHDOG=1");

  slow.Expect(In(Millis(-2)));
  watchdog.Tick();
  watchdog.Tick();
  EXPECT_EQ(manager.Heard(), "");

  slow.Expect(In(Millis(60'000)));
  watchdog.Tick();
  EXPECT_EQ(manager.Heard(), "WATCHDOG=1");
  ::unsetenv("NOTIFY_SOCKET");
}

TEST(Watchdog, TicksFourTimesInWhatTheServiceManagerWaits) {
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(Watchdog({}).every(), Watchdog::kTickMax);
  const auto every = [](const char* told) {
    ::setenv("WATCHDOG_USEC", told, 1);
    return Watchdog({}).every();
  };
  EXPECT_EQ(every("8000000"), Millis(2'000));
  EXPECT_EQ(every("3600000000"), Watchdog::kTickMax);
  EXPECT_EQ(every("1"), Millis(50)) << "not in a busy loop";
  EXPECT_EQ(every("0"), Watchdog::kTickMax);
  EXPECT_EQ(every("soon"), Watchdog::kTickMax);
  EXPECT_EQ(every(""), Watchdog::kTickMax);
  ::unsetenv("WATCHDOG_USEC");
}

TEST(ResidentMemory, WhatIsGivenBackIsThereAgainWhenItIsUsed) {
  static const std::string constant = "kept";
  ReturnMemory();
  EXPECT_EQ(constant, "kept");
  EXPECT_EQ(std::string(64, 'x').size(), 64U);
}

}  // namespace
}  // namespace edm
