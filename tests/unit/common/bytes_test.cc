#include "common/base/bytes.h"

#include <gtest/gtest.h>

namespace edm {
namespace {

TEST(Base64, FollowsTheTestVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(ToBase64(bytes), text);
    EXPECT_EQ(FromBase64(text), bytes);
  }
  EXPECT_FALSE(FromBase64("Zg=").has_value());
  EXPECT_FALSE(FromBase64("Z*==").has_value());
}

TEST(Hex, GoesBothWays) {
  const std::string bytes("\x00\x7f\xff", 3);
  EXPECT_EQ(ToHex(bytes), "007fff");
  EXPECT_EQ(FromHex("007fff"), bytes);
  EXPECT_FALSE(FromHex("0").has_value());
  EXPECT_FALSE(FromHex("zz").has_value());
}

}  // namespace
}  // namespace edm
