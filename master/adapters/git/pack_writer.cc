#include "master/adapters/git/pack_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/owned.h"

namespace edm::master {
namespace {

constexpr int kLevel = 3;  // of zlib: uploads wait for it, and workers fetch over a near network
constexpr std::size_t kPiece = 64 * 1024;

// Bytes on their way into a pack, which ends with the SHA-1 of all before. Source: gitformat-pack(5).
class PackStream {
 public:
  explicit PackStream(git_indexer* indexer) : indexer_(indexer), hash_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(hash_.get(), EVP_sha1(), nullptr);
  }

  Status Append(std::string_view bytes) {
    EVP_DigestUpdate(hash_.get(), bytes.data(), bytes.size());
    return Give(bytes);
  }

  Status Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_DigestFinal_ex(hash_.get(), digest.data(), &length);
    EDM_CHECK(Give({reinterpret_cast<const char*>(digest.data()), length}));
    if (const auto code = git_indexer_commit(indexer_, &progress_); code != 0)
      return GitFailure("pack", code);
    return Ok();
  }

 private:
  Status Give(std::string_view bytes) {
    const auto code = git_indexer_append(indexer_, bytes.data(), bytes.size(), &progress_);
    if (code != 0) return GitFailure("pack", code);
    return Ok();
  }

  git_indexer* const indexer_;
  git_indexer_progress progress_{};
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> hash_;
};

// zlib into a pack, one object at a time.
class Deflater {
 public:
  explicit Deflater(PackStream& pack) : pack_(pack) { EDM_ASSERT(deflateInit(&stream_, kLevel) == Z_OK); }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Reset() { deflateReset(&stream_); }

  Status Add(std::string_view bytes, bool last) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
      EDM_CHECK(pack_.Append({out_.data(), out_.size() - stream_.avail_out}));
    } while (stream_.avail_out == 0);
    return Ok();
  }

 private:
  PackStream& pack_;
  z_stream stream_{};
  std::array<char, kPiece> out_;
};

std::string BigEndian(std::uint32_t number) {
  return {static_cast<char>(number >> 24U), static_cast<char>(number >> 16U), static_cast<char>(number >> 8U),
          static_cast<char>(number)};
}

std::string ObjectHead(git_object_t type, std::uint64_t size) {
  std::string head;
  auto byte = static_cast<unsigned>(type) << 4U | (size & 15U);
  for (size >>= 4U; size > 0; size >>= 7U) {
    head += static_cast<char>(byte | 0x80U);
    byte = size & 0x7FU;
  }
  return head + static_cast<char>(byte);
}

Status AddFile(Deflater& deflater, const PackObject& object) {
  const int fd = ::open(object.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  const auto failed = [&](std::string_view why) {
    if (fd >= 0) ::close(fd);
    return Error{Code::kInternal, "source", fmt::format("a file {}", why), {}, "send the source again"};
  };
  if (fd < 0) return failed("vanished while it was stored");
  std::array<char, kPiece> piece;
  std::uint64_t left = object.size;
  while (left > 0) {
    const auto count = ::read(fd, piece.data(), std::min<std::uint64_t>(piece.size(), left));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed("changed while it was stored");
    left -= static_cast<std::uint64_t>(count);
    if (auto added = deflater.Add({piece.data(), static_cast<std::size_t>(count)}, false); !added.ok()) {
      ::close(fd);
      return added;
    }
  }
  ::close(fd);
  return deflater.Add({}, true);
}

}  // namespace

Status WritePack(git_odb* odb, const std::string& pack_folder, const std::vector<PackObject>& objects) {
  if (objects.empty()) return Ok();
  git_indexer* made = nullptr;
  git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
  if (const auto code = git_indexer_new(&made, pack_folder.c_str(), 0, odb, &options); code != 0) {
    return GitFailure("pack", code);
  }
  const GitIndexer indexer(made);
  PackStream pack(indexer.get());
  Deflater deflater(pack);
  EDM_CHECK(pack.Append("PACK" + BigEndian(2) + BigEndian(static_cast<std::uint32_t>(objects.size()))));
  for (const auto& object : objects) {
    deflater.Reset();
    EDM_CHECK(pack.Append(ObjectHead(object.type, object.size)));
    EDM_CHECK(object.file.empty() ? deflater.Add(object.bytes, true) : AddFile(deflater, object));
  }
  return pack.Finish();
}

}  // namespace edm::master
