#include "common/rpc/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/rpc/issue.h"
#include "common/rpc/openssl.h"

namespace edm::rpc {
namespace {

using openssl::Failed;

constexpr const char* kCurve = "P-256";
constexpr int kScalarBytes = 32;
constexpr std::size_t kPointBytes = 65;  // uncompressed

using Number = Owned<BIGNUM, BN_free>;
using Group = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

openssl::Key KeyOf(const BIGNUM& scalar, std::span<const unsigned char> point) {
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return nullptr;
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1)
    return nullptr;
  return openssl::Key(key);
}

// The secret is the private number.
openssl::Key KeyFrom(std::string_view secret) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const Number scalar(BN_bin2bn(Bytes(secret), static_cast<int>(secret.size()), nullptr));
  const Point point(group ? EC_POINT_new(group.get()) : nullptr);
  const Owned<BN_CTX, BN_CTX_free> scratch(BN_CTX_new());
  if (!scalar || !point || !scratch) return nullptr;
  if (BN_nnmod(scalar.get(), scalar.get(), EC_GROUP_get0_order(group.get()), scratch.get()) != 1 ||
      BN_is_zero(scalar.get()) == 1 ||
      EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, scratch.get()) != 1)
    return nullptr;
  std::array<unsigned char, kPointBytes> encoded{};
  if (EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                         encoded.size(), scratch.get()) != kPointBytes)
    return nullptr;
  return KeyOf(*scalar, encoded);
}

std::string Base64Url(std::string_view bytes) {
  auto text = ToBase64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string Base32(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const auto byte : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 5; bits -= 5) text += kDigits[(buffer >> static_cast<unsigned>(bits - 5)) & 31U];
  }
  return text;
}

// SHA-256 of the public key's DER form, 240 bits of it in base 32, in groups of four letters.
std::string KidOf(EVP_PKEY& key) {
  constexpr std::size_t kHashed = 30;
  constexpr std::size_t kGroup = 4;
  unsigned char* der = nullptr;
  const auto size = i2d_PUBKEY(&key, &der);
  if (size <= 0) return "";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(der);
  const auto letters = Base32({reinterpret_cast<const char*>(digest.data()), kHashed});
  std::string kid;
  for (std::size_t at = 0; at < letters.size(); at += kGroup)
    kid += (at == 0 ? "" : ":") + letters.substr(at, kGroup);
  return kid;
}

// As tokens carry it: both numbers in 32 bytes each.
std::string Plain(std::string_view der) {
  const auto* at = Bytes(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::array<unsigned char, 2UL * kScalarBytes> plain{};
  if (!signature ||
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), plain.data(), kScalarBytes) != kScalarBytes ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), plain.data() + kScalarBytes, kScalarBytes) !=
          kScalarBytes)
    return "";
  return {reinterpret_cast<const char*>(plain.data()), plain.size()};
}

std::string SignatureOf(EVP_PKEY& key, std::string_view text) {
  const DigestContext context(EVP_MD_CTX_new());
  std::string der(static_cast<std::size_t>(EVP_PKEY_get_size(&key)), '\0');
  std::size_t size = der.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, Bytes(text),
                     text.size()) != 1)
    return "";
  der.resize(size);
  return Plain(der);
}

}  // namespace

struct SigningKey::Secret {
  openssl::Key key;
  std::string header;  // of its tokens, encoded
};

Result<SigningKey> SigningKey::From(std::string_view secret) {
  auto made = std::make_shared<Secret>();
  made->key = KeyFrom(secret);
  if (!made->key) return Failed("key that signs tokens");
  made->header =
      Base64Url(nlohmann::json{{"typ", "JWT"}, {"alg", "ES256"}, {"kid", KidOf(*made->key)}}.dump());
  return SigningKey(std::move(made));
}

Result<std::string> SigningKey::Sign(std::string_view claims) const {
  auto token = secret_->header + "." + Base64Url(claims);
  const auto signature = SignatureOf(*secret_->key, token);
  if (signature.empty()) return Failed("token");
  return token + "." + Base64Url(signature);
}

Result<std::string> SigningKey::Certificate(std::string_view common_name, Validity valid) const {
  const auto made = openssl::Issue({std::string(common_name), "DNS:" + std::string(common_name), false},
                                   *secret_->key, nullptr, *secret_->key, valid);
  if (!made) return Failed("certificate of the key that signs tokens");
  return openssl::ToPem(*made);
}

}  // namespace edm::rpc
