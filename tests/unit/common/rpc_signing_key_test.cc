#include <gtest/gtest.h>

#include <algorithm>

#include "common/base/bytes.h"
#include "common/rpc/signing_key.h"

namespace edm::rpc {
namespace {

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";

std::vector<std::string> Parts(const std::string& token) {
  std::vector<std::string> parts(1);
  for (const auto letter : token) {
    if (letter == '.') {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

std::string Decoded(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return FromBase64(text).value_or("no base64");
}

TEST(SigningKey, MakesATokenOfThreePartsThatNamesItsKey) {
  const auto key = SigningKey::From(kSecret);
  ASSERT_TRUE(key.ok()) << ToString(key.error());
  const auto token = key->Sign(R"({"iss":"edm"})");
  ASSERT_TRUE(token.ok());
  const auto parts = Parts(*token);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_NE(Decoded(parts[0]).find(R"("alg":"ES256")"), std::string::npos);
  // Twelve groups of four.
  const auto header = Decoded(parts[0]);
  const auto kid = header.substr(header.find(R"("kid":")") + 7, 12 * 5 - 1);
  EXPECT_EQ(std::ranges::count(kid, ':'), 11) << header;
  EXPECT_EQ(Decoded(parts[1]), R"({"iss":"edm"})");
  EXPECT_EQ(Decoded(parts[2]).size(), 64U);
  EXPECT_EQ(token->find('='), std::string::npos);
}

TEST(SigningKey, IsTheSameForTheSameSecretOnly) {
  const auto header = [](std::string_view secret) {
    return Parts(SigningKey::From(secret).value().Sign("{}").value()).front();
  };
  EXPECT_EQ(header(kSecret), header(kSecret));
  EXPECT_NE(header(kSecret), header("fedcba9876543210fedcba9876543210"));
}

TEST(SigningKey, RefusesASecretThatMakesNoKey) {
  EXPECT_FALSE(SigningKey::From("").ok());
  EXPECT_FALSE(SigningKey::From(std::string(32, '\0')).ok());
}

TEST(SigningKey, HasACertificateOfItsOwn) {
  const auto from = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
  const Validity valid{from, from + Seconds(60)};
  const auto made = SigningKey::From(kSecret).value().Certificate("edm-registry-tokens", valid);
  ASSERT_TRUE(made.ok()) << ToString(made.error());
  EXPECT_EQ(ValidityOf(*made)->until, valid.until);
}

}  // namespace
}  // namespace edm::rpc
