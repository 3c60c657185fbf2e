#include "common/adapters/seal/sealed_stream.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "common/adapters/seal/sodium_bytes.h"

namespace edm {
namespace {

constexpr std::string_view kMagic = "edm sealed 1\n";
constexpr std::size_t kCipherBytesMax = kFrameBytes + crypto_secretstream_xchacha20poly1305_ABYTES;

using Key = std::array<unsigned char, crypto_secretstream_xchacha20poly1305_KEYBYTES>;

struct Head {
  SealCost cost;
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> stream{};
};
constexpr std::size_t kHeadBytes =
    13 + 8 + crypto_pwhash_SALTBYTES + crypto_secretstream_xchacha20poly1305_HEADERBYTES;
static_assert(kMagic.size() == 13);

void PutNumber(std::string& to, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) to += static_cast<char>(number >> (8 * i) & 0xFFU);
}
std::uint32_t GetNumber(std::string_view from) {
  std::uint32_t number = 0;
  for (int i = 3; i >= 0; --i)
    number = number << 8U | static_cast<unsigned char>(from[static_cast<std::size_t>(i)]);
  return number;
}

std::string Write(const Head& head) {
  std::string text(kMagic);
  PutNumber(text, head.cost.operations);
  PutNumber(text, head.cost.memory_kib);
  text.append(reinterpret_cast<const char*>(head.salt.data()), head.salt.size());
  text.append(reinterpret_cast<const char*>(head.stream.data()), head.stream.size());
  return text;
}

Error NoSuchFile() {
  return {Code::kDataLoss,
          "backup",
          "it is no file that edmctl backup wrote",
          {},
          "give the file as it was written"};
}

Result<Head> ReadHead(std::string_view text) {
  if (text.size() != kHeadBytes || !text.starts_with(kMagic)) return NoSuchFile();
  Head head;
  text.remove_prefix(kMagic.size());
  head.cost = {GetNumber(text.substr(0, 4)), GetNumber(text.substr(4, 4))};
  text.remove_prefix(8);
  std::memcpy(head.salt.data(), text.data(), head.salt.size());
  std::memcpy(head.stream.data(), text.data() + head.salt.size(), head.stream.size());
  const bool fair = head.cost.operations >= crypto_pwhash_OPSLIMIT_MIN &&
                    head.cost.operations <= kSealCostMax.operations && head.cost.memory_kib >= 8 &&
                    head.cost.memory_kib <= kSealCostMax.memory_kib;
  if (!fair) return NoSuchFile();
  return head;
}

Result<Key> Derive(std::string_view passphrase, const Head& head) {
  Key key{};
  const auto memory = std::size_t{head.cost.memory_kib} * 1024;
  if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), head.salt.data(),
                    head.cost.operations, memory, crypto_pwhash_ALG_ARGON2ID13) == 0) {
    return key;
  }
  return Error{Code::kResourceExhausted,
               "passphrase",
               "there is no memory to make a key of it: that takes " + std::to_string(memory >> 20U) + " MiB",
               {},
               "free some, or do it on another machine"};
}

Status Prepare(std::string_view passphrase) {
  if (sodium_init() < 0)
    return Error{Code::kInternal, "libsodium", "it does not initialise", {}, "reinstall libsodium23"};
  if (passphrase.size() >= kPassphraseBytesMin && passphrase.size() <= kPassphraseBytesMax) return Ok();
  return Error{Code::kInvalidArgument,
               "passphrase",
               "it has " + std::to_string(passphrase.size()) + " bytes",
               {},
               "take one of 8 to 1,024"};
}

}  // namespace

struct SealedWriter::State {
  ByteSink sink;
  crypto_secretstream_xchacha20poly1305_state stream;
  std::string plain;  // that waits for a whole frame
  ~State() { sodium_memzero(&stream, sizeof stream); }
};

SealedWriter::SealedWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealedWriter::~SealedWriter() = default;
SealedWriter::SealedWriter(SealedWriter&&) noexcept = default;
SealedWriter& SealedWriter::operator=(SealedWriter&&) noexcept = default;

Result<SealedWriter> SealedWriter::Begin(std::string_view passphrase, ByteSink sink, SealCost cost) {
  EDM_CHECK(Prepare(passphrase));
  Head head{.cost = cost};
  randombytes_buf(head.salt.data(), head.salt.size());
  EDM_TRY(auto key, Derive(passphrase, head));
  auto state = std::make_unique<State>();
  crypto_secretstream_xchacha20poly1305_init_push(&state->stream, head.stream.data(), key.data());
  sodium_memzero(key.data(), key.size());
  state->sink = std::move(sink);
  EDM_CHECK(state->sink(edm::Write(head)));
  return SealedWriter(std::move(state));
}

Status SealedWriter::Seal(std::string_view plain, bool last) {
  std::string sealed(plain.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  crypto_secretstream_xchacha20poly1305_push(&state_->stream, Bytes(sealed), nullptr, Bytes(plain),
                                             plain.size(), nullptr, 0,
                                             last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                                  : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
  return state_->sink(sealed);
}

Status SealedWriter::Write(std::string_view plain) {
  auto& waiting = state_->plain;
  while (!plain.empty()) {
    const auto taken = std::min(plain.size(), kFrameBytes - waiting.size());
    waiting += plain.substr(0, taken);
    plain.remove_prefix(taken);
    if (waiting.size() < kFrameBytes) break;
    EDM_CHECK(Seal(waiting, false));
    waiting.clear();
  }
  return Ok();
}

Status SealedWriter::Finish() { return Seal(state_->plain, true); }

struct SealedReader::State {
  ByteFill fill;
  crypto_secretstream_xchacha20poly1305_state stream;
  bool first = true;
  bool ended = false;
  ~State() { sodium_memzero(&stream, sizeof stream); }
};

SealedReader::SealedReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
SealedReader::~SealedReader() = default;
SealedReader::SealedReader(SealedReader&&) noexcept = default;
SealedReader& SealedReader::operator=(SealedReader&&) noexcept = default;

Result<SealedReader> SealedReader::Begin(std::string_view passphrase, ByteFill fill) {
  EDM_CHECK(Prepare(passphrase));
  std::string text(kHeadBytes, '\0');
  EDM_TRY(const auto got, fill(text.data(), text.size()));
  text.resize(got);
  EDM_TRY(const auto head, ReadHead(text));
  EDM_TRY(auto key, Derive(passphrase, head));
  auto state = std::make_unique<State>();
  const bool fits =
      crypto_secretstream_xchacha20poly1305_init_pull(&state->stream, head.stream.data(), key.data()) == 0;
  sodium_memzero(key.data(), key.size());
  if (!fits) return NoSuchFile();
  state->fill = std::move(fill);
  return SealedReader(std::move(state));
}

Result<std::string> SealedReader::Next() {
  auto& state = *state_;
  if (state.ended) return std::string();
  const Error cut{
      Code::kDataLoss, "backup", "its end is missing", {}, "take another copy: this one is not whole"};
  std::string sealed(kCipherBytesMax, '\0');
  EDM_TRY(const auto got, state.fill(sealed.data(), sealed.size()));
  if (got < crypto_secretstream_xchacha20poly1305_ABYTES) return cut;
  sealed.resize(got);
  std::string plain(got - crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&state.stream, Bytes(plain), nullptr, &tag,
                                                 Bytes(std::string_view(sealed)), sealed.size(), nullptr,
                                                 0) != 0) {
    if (state.first) {
      return Error{Code::kPermissionDenied,
                   "backup",
                   "the passphrase is another one, or the file is damaged",
                   {},
                   "give the passphrase that it was made with"};
    }
    return Error{
        Code::kDataLoss, "backup", "it was changed or cut after it was written", {}, "take another copy"};
  }
  state.first = false;
  const bool is_last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  if (!is_last) return got == kCipherBytesMax ? Result<std::string>(std::move(plain)) : cut;
  char beyond = 0;
  EDM_TRY(const auto more, state.fill(&beyond, 1));
  if (more != 0)
    return Error{Code::kDataLoss, "backup", "something stands behind its end", {}, "take another copy"};
  state.ended = true;
  return plain;
}

}  // namespace edm
