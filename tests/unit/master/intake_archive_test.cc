#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "master/adapters/intake/archive_intake.h"
#include "tests/fakes/fake_entropy.h"
#include "tests/unit/master/archive_bytes.h"

namespace edm::master {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class IntakeArchive : public testing::Test {
 protected:
  ~IntakeArchive() override { fs::remove_all(root_); }

  IntakeLimits limits_{.upload_bytes_max = 4U << 20U,
                       .unpacked_bytes_max = 8U << 20U,
                       .file_bytes_max = 4U << 20U,
                       .entries_max = 50,
                       .ratio_max = 20,
                       .ratio_free_bytes = 1U << 20U,
                       .path_bytes_max = 300,
                       .depth_max = 10};

  Result<std::unique_ptr<StagedTree>> Take(std::string_view bytes) {
    if (!intake_) {
      auto opened = ArchiveIntake::Open({root_ + "/staging", limits_}, entropy_);
      intake_ = std::move(opened).value();
    }
    EDM_TRY(const auto upload, intake_->Begin());
    // In odd pieces, as a network would bring them.
    for (std::size_t at = 0; at < bytes.size(); at += 7001) EDM_CHECK(upload->Write(bytes.substr(at, 7001)));
    return upload->Finish();
  }

  bool NothingStays() { return fs::is_empty(root_ + "/staging"); }

  std::string root_ = [] {
    std::string name = testing::TempDir() + "edm-intake-XXXXXX";
    return std::string(mkdtemp(name.data()));
  }();
  FakeEntropy entropy_;
  std::unique_ptr<ArchiveIntake> intake_;
};

std::string Content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<TarFields> kGood = {
    {.name = "./", .type = '5', .mode = 0755},
    {.name = "./compose.yaml", .content = "services: {}\n"},
    {.name = "./bin/run", .content = "#!/bin/busybox sh\n", .mode = 0755},
    {.name = "./bin/link", .type = '2', .link = "../compose.yaml"},
};

TEST_F(IntakeArchive, UnpacksEveryKindOfArchive) {
  const std::vector<TarFields> no_root(kGood.begin() + 1, kGood.end());
  for (const auto& bytes : {Tar(kGood), Gzip(Tar(kGood)), Zstd(Tar(kGood)), Zip(no_root)}) {
    const auto tree = Take(bytes);
    ASSERT_TRUE(tree.ok()) << ToString(tree.error());
    const auto& directory = (*tree)->directory();
    EXPECT_EQ(Content(directory + "/compose.yaml"), "services: {}\n");
    struct stat run {};
    ASSERT_EQ(stat((directory + "/bin/run").c_str(), &run), 0);
    EXPECT_TRUE((run.st_mode & S_IXUSR) != 0);
    EXPECT_EQ(fs::read_symlink(directory + "/bin/link"), "../compose.yaml");
    EXPECT_EQ((*tree)->files(), 3U);
    EXPECT_EQ((*tree)->digest().size(), 64U);
  }
  EXPECT_TRUE(NothingStays());
}

TEST_F(IntakeArchive, KeepsNamesThatAreUnicode) {
  const auto tree = Take(Tar({{.name = "d\xC3\xA4mon.txt", .content = "x"}}));
  ASSERT_TRUE(tree.ok()) << ToString(tree.error());
  EXPECT_TRUE(fs::exists((*tree)->directory() + "/d\xC3\xA4mon.txt"));
  const auto pax = Take(PaxHeader({{"path", "d\xC3\xB6ner.txt"}}) + Tar({{.name = "x", .content = "x"}}));
  ASSERT_TRUE(pax.ok()) << ToString(pax.error());
  EXPECT_TRUE(fs::exists((*pax)->directory() + "/d\xC3\xB6ner.txt"));
}

TEST_F(IntakeArchive, UnpacksAHardLinkToAnEarlierFile) {
  const auto tree = Take(Tar({{.name = "a", .content = "same"}, {.name = "b/c", .type = '1', .link = "a"}}));
  ASSERT_TRUE(tree.ok()) << ToString(tree.error());
  EXPECT_EQ(Content((*tree)->directory() + "/b/c"), "same");
}

TEST_F(IntakeArchive, KeepsASingleTopFolder) {
  const auto tree = Take(Tar({{.name = "shop/compose.yaml", .content = "x"}}));
  ASSERT_TRUE(tree.ok());
  EXPECT_TRUE(fs::exists((*tree)->directory() + "/shop/compose.yaml"));
}

TEST_F(IntakeArchive, GivesTheSameDigestForTheSameBytes) {
  const auto first = Take(Tar(kGood));
  const auto second = Take(Tar(kGood));
  EXPECT_EQ((*first)->digest(), (*second)->digest());
}

struct Hostile {
  const char* name;
  std::string bytes;
  Code code;
  const char* object;
  const char* cause;
};

std::vector<Hostile> HostileArchives() {
  const TarFields file{.name = "a.txt", .content = "hello"};
  const auto good = Tar({file});
  std::vector<TarFields> many(60);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].name = "f" + std::to_string(i);
  std::string deep;
  for (int i = 0; i < 12; ++i) deep += "d/";
  auto flipped = Gzip(good);
  flipped[flipped.size() - 6] ^= 1;  // its checksum
  auto bad_header = good;
  bad_header[0] = 'b';  // the checksum of the header no longer fits
  auto bad_zip = Zip({{.name = "a.txt", .content = "some text, some text, and a word\n"}});
  bad_zip[bad_zip.find("PK\x07\x08") - 12] ^= 0x55;  // inside the deflated bytes
  const auto zeros = std::string(3U << 20U, '\0');
  const auto bad = Code::kInvalidArgument;
  const auto over = Code::kResourceExhausted;
  return {
      {"absolute path", Tar({{.name = "/etc/passwd", .content = "x"}}), bad, "/etc/passwd", "absolute"},
      {"dot dot", Tar({{.name = "a/../../b", .content = "x"}}), bad, "a/../../b", ".."},
      {"dot dot by pax", PaxHeader({{"path", "../b"}}) + good, bad, "../b", ".."},
      {"dot dot in a zip", Zip({{.name = "../b", .content = "x"}}), bad, "../b", ".."},
      {"absolute path in a zip", Zip({{.name = "/b", .content = "x"}}), bad, "/b", "absolute"},
      {"backslash", Tar({{.name = "a\\b", .content = "x"}}), bad, "a\\b", "backslash"},
      {"control character", Tar({{.name = "a\x1b[2J", .content = "x"}}), bad, "a?[2J", "control"},
      {"newline by pax", PaxHeader({{"path", "a\nb"}}) + good, bad, "a?b", "control"},
      {"not UTF-8", Tar({{.name = "a\xff", .content = "x"}}), bad, "a?", "UTF-8"},
      {"character device", Tar({{.name = "null", .type = '3'}}), bad, "null", "device"},
      {"block device", Tar({{.name = "sda", .type = '4'}}), bad, "sda", "device"},
      {"fifo", Tar({{.name = "pipe", .type = '6'}}), bad, "pipe", "FIFO"},
      {"setuid", Tar({{.name = "su", .content = "x", .mode = 04755}}), bad, "su", "setuid"},
      {"setgid", Tar({{.name = "sg", .content = "x", .mode = 02755}}), bad, "sg", "setgid"},
      {"link out", Tar({{.name = "l", .type = '2', .link = "../x"}, file}), bad, "'l'", "leaves"},
      {"absolute link", Tar({{.name = "l", .type = '2', .link = "/etc"}, file}), bad, "'l'", "absolute"},
      {"link out through a link",
       Tar({{.name = "d/e", .type = '2', .link = ".."},
            {.name = "l", .type = '2', .link = "d/e/../x"},
            file}),
       bad, "'l'", "leaves"},
      {"link out in a zip", Zip({{.name = "l", .type = '2', .link = "../../x"}, file}), bad, "'l'", "leaves"},
      {"link circle",
       Tar({{.name = "l", .type = '2', .link = "m"}, {.name = "m", .type = '2', .link = "l"}, file}), bad,
       "'l'", "circle"},
      {"write through a link",
       Tar({{.name = "l", .type = '2', .link = "."}, {.name = "l/x", .content = "x"}}), bad, "l/x",
       "symbolic link"},
      {"write over a link", Tar({{.name = "l", .type = '2', .link = "m"}, {.name = "l", .content = "x"}}),
       bad, "'l'", "twice"},
      {"below a file", Tar({file, {.name = "a.txt/x", .content = "x"}}), bad, "a.txt/x", "a file"},
      {"hard link out", Tar({{.name = "h", .type = '1', .link = "/etc/shadow"}}), bad, "/etc/shadow",
       "absolute"},
      {"hard link to a later file", Tar({{.name = "h", .type = '1', .link = "a.txt"}, file}), bad, "'h'",
       "earlier"},
      {"hard link to a symlink",
       Tar({{.name = "s", .type = '2', .link = "a"}, {.name = "h", .type = '1', .link = "s"}}), bad, "'h'",
       "earlier"},
      {"duplicate", Tar({file, file}), bad, "a.txt", "twice"},
      {"duplicate by another spelling", Tar({file, {.name = ".//a.txt", .content = "x"}}), bad, "a.txt",
       "twice"},
      {"git folder", Tar({{.name = "x/.git/config", .content = "x"}}), bad, ".git/config", "git folder"},
      {"git folder in other case", Tar({{.name = ".GIT/hooks/x", .content = "x"}}), bad, ".GIT",
       "git folder"},
      {"git folder as Windows reads it", Tar({{.name = "git~1/config", .content = "x"}}), bad, "git~1",
       "git folder"},
      {"long path", PaxHeader({{"path", std::string(200, 'a') + "/" + std::string(200, 'b')}}) + good, over,
       "aaaa", "too long"},
      {"long name", PaxHeader({{"path", std::string(270, 'a')}}) + good, bad, "aaaa", "255"},
      {"deep path", Tar({{.name = deep + "x", .content = "x"}}), over, "d/d/d", "too many folders"},
      {"many entries", Tar(many), over, "f", "one entry too many"},
      {"many entries by one path each",
       Tar({{.name = "a/b/c/d/e/f/g/h/i", .content = "x"},
            {.name = "b/b/c/d/e/f/g/h/i", .content = "x"},
            {.name = "c/b/c/d/e/f/g/h/i", .content = "x"},
            {.name = "d/b/c/d/e/f/g/h/i", .content = "x"},
            {.name = "e/b/c/d/e/f/g/h/i", .content = "x"},
            {.name = "f/b/c/d/e/f/g/h/i", .content = "x"}}),
       over, "f/b", "one entry too many"},
      {"large file", Tar({{.name = "big", .claimed_size = 5U << 20U}}), over, "big", "5.0 MiB"},
      {"huge claimed size", Tar({{.name = "big", .claimed_size = 077777777777}}), over, "big", "file of"},
      {"bomb in gzip", Gzip(Tar({{.name = "z", .content = zeros}})), over, "z", "20 times"},
      {"bomb in zstd", Zstd(Tar({{.name = "z", .content = zeros}})), over, "z", "20 times"},
      {"bomb in zip", Zip({{.name = "z", .content = zeros}}), over, "z", "20 times"},
      {"hard link bomb",
       Tar({{.name = "z", .content = zeros},
            {.name = "y", .type = '1', .link = "z"},
            {.name = "x", .type = '1', .link = "z"}}),
       over, "'x'", "too large together"},
      {"pax header bomb", PaxHeader({{"path", std::string(2U << 20U, 'a')}}) + good, bad, "upload",
       "damaged"},
      {"cut inside a file", good.substr(0, 600), bad, "a.txt", ""},
      {"cut between blocks", good.substr(0, 1024), bad, "upload", "no end mark"},
      {"cut inside a header", good.substr(0, 300), bad, "upload", ""},
      {"cut gzip", Gzip(good).substr(0, Gzip(good).size() - 9), bad, "", "cut off"},
      {"cut zstd", Zstd(good).substr(0, Zstd(good).size() - 5), bad, "", ""},
      {"cut zip", Zip({file}).substr(0, Zip({file}).size() - 10), bad, "upload", "cut off"},
      {"trailing data after tar", good + "surplus" + std::string(505, '\0'), bad, "upload", "after the end"},
      {"a second tar behind the first", good + good, bad, "upload", "after the end"},
      {"odd length", good + std::string(3, 0), bad, "upload", ""},
      {"trailing data after gzip", Gzip(good) + "surplus of bytes", bad, "upload", "after the end"},
      {"trailing data after zstd", Zstd(good) + "surplus of bytes", bad, "upload", ""},
      {"trailing data after zip", Zip({file}) + "surplus", bad, "upload", "after the end"},
      {"bad gzip checksum", flipped, bad, "upload", "damaged"},
      {"bad header checksum", bad_header, bad, "upload", "damaged"},
      {"bad zip content", bad_zip, bad, "a.txt", "damaged"},
      {"empty upload", "", bad, "upload", "empty"},
      {"no archive", std::string(2000, 'x'), bad, "upload", "no tar"},
      {"a shell script", "#!/bin/sh\n", bad, "upload", "no tar"},
      {"empty tar", TarEnd(), bad, "upload", "no file"},
      {"only folders", Tar({{.name = "a/", .type = '5', .mode = 0755}}), bad, "upload", "no file"},
      {"too large an upload", std::string(5U << 20U, 'x'), over, "upload", "4.0 MiB"},
  };
}

TEST_F(IntakeArchive, RefusesHostileArchivesAndLeavesNothing) {
  for (const auto& hostile : HostileArchives()) {
    SCOPED_TRACE(hostile.name);
    const auto tree = Take(hostile.bytes);
    ASSERT_FALSE(tree.ok());
    EXPECT_EQ(tree.error().code, hostile.code) << ToString(tree.error());
    EXPECT_THAT(tree.error().object, HasSubstr(hostile.object));
    EXPECT_THAT(tree.error().cause, HasSubstr(hostile.cause));
    EXPECT_FALSE(tree.error().hint.empty());
    EXPECT_TRUE(NothingStays());
    EXPECT_FALSE(fs::exists(testing::TempDir() + "b"));
  }
}

TEST_F(IntakeArchive, SweepsWhatAKilledMasterLeft) {
  fs::create_directories(root_ + "/staging/0123/tree/a");
  ASSERT_TRUE(Take(Tar(kGood)).ok());
  EXPECT_TRUE(NothingStays());
}

TEST_F(IntakeArchive, RemovesAnUploadThatIsGivenUp) {
  ASSERT_TRUE(Take(Tar(kGood)).ok());
  {
    auto upload = intake_->Begin();
    ASSERT_TRUE((*upload)->Write("half of a tar").ok());
    EXPECT_FALSE(NothingStays());
  }
  EXPECT_TRUE(NothingStays());
}

TEST_F(IntakeArchive, RefusesOneUploadTooMany) {
  auto opened = ArchiveIntake::Open({root_ + "/staging", limits_, 1}, entropy_);
  const auto first = (*opened)->Begin();
  const auto second = (*opened)->Begin();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kResourceExhausted);
  EXPECT_THAT(second.error().hint, HasSubstr("upload.at_once"));
}

}  // namespace
}  // namespace edm::master
