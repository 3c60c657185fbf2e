#include "common/adapters/seal/sealed_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace edm {
namespace {

constexpr SealCost kCheap{1, 8};  // KiB: as quick as can be
constexpr std::string_view kWord = "correct horse";

std::string Sealed(std::string_view plain, std::size_t step = 10'000) {
  std::string file;
  auto writer = SealedWriter::Begin(
      kWord,
      [&](std::string_view bytes) {
        file += bytes;
        return Ok();
      },
      kCheap);
  EXPECT_TRUE(writer.ok());
  for (std::size_t at = 0; at < plain.size(); at += step)
    EXPECT_TRUE(writer->Write(plain.substr(at, step)).ok());
  EXPECT_TRUE(writer->Finish().ok());
  return file;
}

Result<std::string> Opened(const std::string& file, std::string_view passphrase = kWord) {
  std::size_t at = 0;
  EDM_TRY(auto reader,
          SealedReader::Begin(passphrase, [&](char* into, std::size_t size) -> Result<std::size_t> {
            const auto got = std::min(size, file.size() - at);
            std::memcpy(into, file.data() + at, got);
            at += got;
            return got;
          }));
  std::string plain;
  for (;;) {
    EDM_TRY(const auto piece, reader.Next());
    if (piece.empty()) return plain;
    plain += piece;
  }
}

std::string Numbers(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

TEST(SealedStream, GivesBackWhatWasWrittenWhateverItsSize) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kFrameBytes - 1, kFrameBytes,
                                 kFrameBytes + 1, 3 * kFrameBytes, 3 * kFrameBytes + 17}) {
    const auto plain = Numbers(size);
    const auto opened = Opened(Sealed(plain));
    ASSERT_TRUE(opened.ok()) << size << ToString(opened.error());
    EXPECT_EQ(*opened, plain);
  }
}

TEST(SealedStream, HoldsNothingOfThePlainTextAndIsAnotherEachTime) {
  const std::string plain(1'000, 'a');
  const auto file = Sealed(plain);
  EXPECT_EQ(file.find("aaaaaaaa"), std::string::npos);
  EXPECT_NE(file, Sealed(plain));
}

TEST(SealedStream, OpensWithItsOwnPassphraseOnly) {
  const auto file = Sealed("secret");
  EXPECT_EQ(Opened(file, "wrong horse!").error().code, Code::kPermissionDenied);
  EXPECT_EQ(Opened(file, "short").error().code, Code::kInvalidArgument);
}

TEST(SealedStream, FindsEveryChangedByte) {
  const auto file = Sealed(Numbers(2 * kFrameBytes + 50));
  for (std::size_t at = 0; at < file.size(); at += at < 200 ? 1 : 4'099) {
    auto changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(Opened(changed).ok()) << "byte " << at;
  }
}

TEST(SealedStream, FindsACutAtEveryLength) {
  const auto file = Sealed(Numbers(2 * kFrameBytes + 50));
  for (std::size_t size = 0; size < file.size(); size += size < 200 ? 1 : 4'099)
    EXPECT_FALSE(Opened(file.substr(0, size)).ok()) << "cut to " << size;
  EXPECT_FALSE(Opened(file.substr(0, file.size() - 1)).ok());
}

TEST(SealedStream, FindsFramesThatAreLeftOutRepeatedOrAppended) {
  const auto file = Sealed(Numbers(3 * kFrameBytes + 50));
  const std::size_t head = file.size() - 3 * (kFrameBytes + 17) - (50 + 17);
  const auto frame = kFrameBytes + 17;
  EXPECT_EQ(Opened(file.substr(0, head + frame) + file.substr(head + 2 * frame)).error().code,
            Code::kDataLoss);
  EXPECT_EQ(Opened(file.substr(0, head + 2 * frame) + file.substr(head + frame)).error().code,
            Code::kDataLoss);
  EXPECT_EQ(Opened(file + "x").error().code, Code::kDataLoss);
  EXPECT_EQ(Opened(file + file).error().code, Code::kDataLoss);
  EXPECT_EQ(Opened(file.substr(0, head + 3 * frame)).error().code, Code::kDataLoss)
      << "a cut between two frames";
}

TEST(SealedStream, TakesNoFileThatAsksForTooMuchMemory) {
  auto file = Sealed("secret");
  file[20] = '\x7f';  // the highest byte of the memory that Argon2id is to take
  EXPECT_EQ(Opened(file).error().code, Code::kDataLoss);
}

TEST(SealedStream, EndsWithTheErrorOfItsSink) {
  auto writer = SealedWriter::Begin(
      kWord,
      [n = 0](std::string_view) mutable -> Status {
        if (n++ == 0) return Ok();
        return Error{Code::kResourceExhausted, "disk", "it is full"};
      },
      kCheap);
  ASSERT_TRUE(writer.ok());
  EXPECT_EQ(writer->Write(Numbers(kFrameBytes)).error().code, Code::kResourceExhausted);
}

}  // namespace
}  // namespace edm
