#include "common/base/version.h"

#include <gtest/gtest.h>

#include "common/model/protocol.h"

namespace edm {
namespace {

TEST(CompareVersions, GoesByNumbersAndNotByLetters) {
  struct Row {
    const char* older;
    const char* newer;
  };
  for (const auto& [older, newer] : {Row{"0.1.0", "0.1.1"}, Row{"0.9.9", "0.10.0"}, Row{"1.9", "1.10"},
                                     Row{"1.2", "1.2.1"}, Row{"", "0.0.1"}, Row{"9.9.9", "10"}}) {
    EXPECT_LT(CompareVersions(older, newer), 0) << older << " " << newer;
    EXPECT_GT(CompareVersions(newer, older), 0) << older << " " << newer;
  }
  EXPECT_EQ(CompareVersions("1.2", "1.2.0"), 0);
  EXPECT_EQ(CompareVersions("1.2.0~rc1", "1.2.0"), 0);
  EXPECT_EQ(CompareVersions("rubbish", ""), 0);
}

TEST(Protocol, VersionsThatLieOneApartAgreeAndThoseTwoApartDoNot) {
  // As a version speaks its own form and the one before.
  const auto of = [](std::uint32_t own) { return ProtocolRange{own > 1 ? own - 1 : 1, own}; };
  for (std::uint32_t master = 1; master <= 6; ++master) {
    for (std::uint32_t worker = 1; worker <= 6; ++worker) {
      const auto agreed = Agree(of(master), of(worker));
      const auto apart = master > worker ? master - worker : worker - master;
      if (apart <= 1) {
        EXPECT_EQ(agreed, std::min(master, worker)) << master << " " << worker;
      } else {
        EXPECT_EQ(agreed, std::nullopt) << master << " " << worker;
      }
    }
  }
}

TEST(Protocol, NothingIsAgreedWithWhoeverSaysNothing) {
  EXPECT_EQ(Agree({1, 2}, {0, 0}), std::nullopt);
  EXPECT_EQ(Agree({0, 0}, {0, 0}), std::nullopt);
  EXPECT_EQ(Agree({2, 1}, {1, 2}), std::nullopt) << "a range that is none";
}

TEST(Protocol, ThisVersionSpeaksItsOwnFormAndAtMostTheOneBefore) {
  const auto& version = ThisVersion();
  EXPECT_GE(version.protocol_oldest, 1U);
  EXPECT_LE(version.protocol - version.protocol_oldest, 1U);
  EXPECT_EQ(ToString(ProtocolRange{2, 3}), "2 to 3");
  EXPECT_EQ(ToString(ProtocolRange{3, 3}), "3");
}

}  // namespace
}  // namespace edm
