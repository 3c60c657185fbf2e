#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

#include "common/app/notify.h"
#include "common/app/resident_memory.h"
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

TEST(ResidentMemory, WhatIsGivenBackIsThereAgainWhenItIsUsed) {
  static const std::string constant = "kept";
  ReturnMemory();
  EXPECT_EQ(constant, "kept");
  EXPECT_EQ(std::string(64, 'x').size(), 64U);
}

}  // namespace
}  // namespace edm
