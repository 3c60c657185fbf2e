#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>

#include "common/rpc/join_token.h"
#include "common/rpc/tls.h"

namespace edm::rpc {
namespace {

WallTime Now() { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }

class Tls : public testing::Test {
 protected:
  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("edm_tls_" + std::to_string(::getpid()) +
                                   testing::UnitTest::GetInstance()->current_test_info()->name());
  ~Tls() override { std::filesystem::remove_all(folder_); }
};

TEST_F(Tls, KeepsItsAuthorityOverARestartInAFileForItselfAlone) {
  const auto first = CertificateAuthority::Open(folder_, Now());
  ASSERT_TRUE(first.ok()) << ToString(first.error());
  const auto second = CertificateAuthority::Open(folder_, Now());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->fingerprint(), second->fingerprint());
  EXPECT_EQ(first->fingerprint().size(), 64U);
  EXPECT_EQ(Fingerprint(first->certificate()).value(), first->fingerprint());
  struct stat facts {};
  ASSERT_EQ(::stat((folder_ / "ca.pem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(Tls, RefusesAKeyThatOthersMayRead) {
  ASSERT_TRUE(CertificateAuthority::Open(folder_, Now()).ok());
  ::chmod((folder_ / "ca.pem").c_str(), 0644);
  const auto again = CertificateAuthority::Open(folder_, Now());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kFailedPrecondition);
  EXPECT_NE(again.error().hint.find("chmod 600"), std::string::npos);
}

TEST_F(Tls, NeverReplacesAnAuthorityThatItCannotRead) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "ca.pem") << "rubbish";
  ::chmod((folder_ / "ca.pem").c_str(), 0600);
  EXPECT_EQ(CertificateAuthority::Open(folder_, Now()).error().code, Code::kFailedPrecondition);
}

TEST_F(Tls, SignsAWorkersRequestUnderItsIdAndNoOther) {
  const auto authority = CertificateAuthority::Open(folder_, Now());
  ASSERT_TRUE(authority.ok());
  const auto made = MakeKeyAndRequest("anything");
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(authority->SignWorker(made->request, "w1", Now()).ok());
  EXPECT_EQ(authority->SignWorker("no request", "w1", Now()).error().code, Code::kInvalidArgument);
  EXPECT_EQ(authority->SignWorker(made->request, "edm-master", Now()).error().code, Code::kInvalidArgument);
  EXPECT_EQ(authority->SignWorker(made->request, "w1,DNS:x", Now()).error().code, Code::kInvalidArgument);
}

TEST_F(Tls, RefusesNamesThatCouldAddOtherNames) {
  const auto authority = CertificateAuthority::Open(folder_, Now());
  ASSERT_TRUE(authority.ok());
  EXPECT_TRUE(
      authority->IssueMaster(std::array<std::string, 3>{"10.0.0.1", "::1", "m.example.org"}, Now()).ok());
  for (const std::string bad : {"a,IP:1.2.3.4", "", "a b", "x:80"}) {
    EXPECT_FALSE(authority->IssueMaster(std::array{bad}, Now()).ok()) << bad;
  }
}

TEST(JoinToken, ReadsWhatItWritesAndNothingElse) {
  const JoinToken token{"t1", "Secret123", std::string(32, 'a')};
  EXPECT_EQ(ParseJoinToken(FormatJoinToken(token)).value(), token);
  EXPECT_EQ(ParseJoinToken(FormatJoinToken(token) + "\n").value(), token);
  for (const std::string bad :
       {"", "edmw", "edmp_a_b_c", "edmw_t1_s_abc", "edmw_t1__aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "edmw_T_s_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const auto parsed = ParseJoinToken(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(ToString(parsed.error()).find("Secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace edm::rpc
