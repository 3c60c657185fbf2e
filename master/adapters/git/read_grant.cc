#include "master/adapters/git/read_grant.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>

#include "common/base/bytes.h"
#include "common/base/text.h"

namespace edm::master {
namespace {

constexpr std::string_view kVersion = "r1";

Error KeyFailed(const std::string& file, std::string_view why) {
  return Error{Code::kInternal, "key file " + file, std::string(why), {}, "let the master's user write to data_dir"};
}

// Complete under its name or not there at all.
Status WriteKey(const std::string& file, const std::string& key) {
  const auto fresh = file + ".new";
  ::unlink(fresh.c_str());
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return KeyFailed(file, std::strerror(errno));
  const bool written = ::write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) return KeyFailed(file, std::strerror(errno));
  return Ok();
}

}  // namespace

Result<ReadGrants> ReadGrants::Open(const std::string& key_file, Entropy& entropy) {
  std::ifstream file(key_file, std::ios::binary);
  std::string key{std::istreambuf_iterator<char>(file), {}};
  if (key.size() == crypto_auth_hmacsha256_KEYBYTES) return ReadGrants(std::move(key));
  if (!key.empty()) return KeyFailed(key_file, "is damaged");
  key = entropy.Bytes(crypto_auth_hmacsha256_KEYBYTES);
  EDM_CHECK(WriteKey(key_file, key));
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
  if (const auto read = std::from_chars(parts[1].data(), end, until); read.ec != std::errc() || read.ptr != end) {
    return false;
  }
  const auto given = FromHex(parts[2]);
  const auto mac = Mac(repo, parts[1]);
  if (!given || given->size() != mac.size() || sodium_memcmp(given->data(), mac.data(), mac.size()) != 0) return false;
  return now < WallTime(Seconds(until));
}

}  // namespace edm::master
