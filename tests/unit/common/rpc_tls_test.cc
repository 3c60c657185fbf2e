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
  const Validity life{Now(), Now() + std::chrono::hours(1)};
  EXPECT_TRUE(authority->SignWorker(made->request, {"w1", "e1"}, life).ok());
  EXPECT_EQ(authority->SignWorker("no request", {"w1", "e1"}, life).error().code, Code::kInvalidArgument);
  EXPECT_EQ(authority->SignWorker(made->request, {"edm-master", "e1"}, life).error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(authority->SignWorker(made->request, {"w1,DNS:x", "e1"}, life).error().code,
            Code::kInvalidArgument);
}

TEST_F(Tls, SaysHowLongACertificateLastsWithoutTheDayForLateClocks) {
  const auto authority = CertificateAuthority::Open(folder_, Now());
  ASSERT_TRUE(authority.ok());
  const auto from = std::chrono::floor<Seconds>(Now());
  const Validity life{from, from + Seconds(10)};
  const auto made = MakeKeyAndRequest("w1");
  const auto certificate = authority->SignWorker(made->request, {"w1", "e1"}, life);
  ASSERT_TRUE(certificate.ok()) << ToString(certificate.error());
  const auto read = ValidityOf(*certificate);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->from, life.from);
  EXPECT_EQ(read->until, life.until);
  EXPECT_GE(kClockSkew, std::chrono::hours(24));
  EXPECT_FALSE(ValidityOf("no certificate").ok());
}

TEST(WorkerTlsName, TellsTheEnrolmentOfAWorkerAndOfNoOther) {
  EXPECT_EQ(WorkerTlsName("w1", "ab12"), "ab12.w1.worker.edm");
  EXPECT_EQ(EnrolmentIn("ab12.w1.worker.edm", "w1"), "ab12");
  EXPECT_EQ(EnrolmentIn("w1.worker.edm", "w1"), "");
  for (const auto* name : {"ab12.w1.worker.edm", "x.ab12.w2.worker.edm", ".w2.worker.edm", "w2", ""}) {
    EXPECT_EQ(EnrolmentIn(name, "w2"), std::nullopt) << name;
  }
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
