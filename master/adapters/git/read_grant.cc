#include "master/adapters/git/read_grant.h"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/rpc/secret_file.h"

namespace edm::master {
namespace {

constexpr std::string_view kVersion = "r1";

}  // namespace

Result<ReadGrants> ReadGrants::Open(const std::string& key_file, Entropy& entropy) {
  EDM_TRY(auto kept, rpc::ReadSecretFile(key_file));
  if (kept && kept->size() == crypto_auth_hmacsha256_KEYBYTES) return ReadGrants(std::move(*kept));
  if (kept) {
    return Error{Code::kDataLoss,
                 "key file " + key_file,
                 "is damaged",
                 {},
                 "remove it; workers get new credentials with their next order"};
  }
  auto key = entropy.Bytes(crypto_auth_hmacsha256_KEYBYTES);
  EDM_CHECK(rpc::WriteFileWhole(key_file, key, rpc::kSecretMode));
  return ReadGrants(std::move(key));
}

std::string ReadGrants::Mac(const RepoName& repo, std::string_view until) const {
  const auto message = fmt::format("edm read\n{}\n{}\n{}", Folded(repo.owner), repo.name, until);
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                         reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                         reinterpret_cast<const unsigned char*>(key_.data()));
  return mac;
}

std::string ReadGrants::Make(const RepoName& repo, WallTime until) const {
  const auto seconds = std::to_string(std::chrono::duration_cast<Seconds>(until.time_since_epoch()).count());
  return fmt::format("{}.{}.{}", kVersion, seconds, ToHex(Mac(repo, seconds)));
}

bool ReadGrants::Allows(std::string_view password, const RepoName& repo, WallTime now) const {
  const auto parts = Split(password, '.');
  if (parts.size() != 3 || parts[0] != kVersion) return false;
  std::int64_t until = 0;
  const auto* end = parts[1].data() + parts[1].size();
  if (const auto read = std::from_chars(parts[1].data(), end, until);
      read.ec != std::errc() || read.ptr != end) {
    return false;
  }
  const auto given = FromHex(parts[2]);
  const auto mac = Mac(repo, parts[1]);
  if (!given || given->size() != mac.size() || sodium_memcmp(given->data(), mac.data(), mac.size()) != 0)
    return false;
  return now < WallTime(Seconds(until));
}

}  // namespace edm::master
