#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "common/adapters/files/directory_tree.h"
#include "tests/fakes/memory_file_tree.h"
#include "tests/fakes/temporary_folder.h"

namespace edm {
namespace {

namespace fs = std::filesystem;

// The same tree, told of and on disk.
struct MemoryWorld {
  MemoryWorld() {
    held.Write("a/b/file", "text");
    held.Link("link", "a/b");
    held.Link("a/up", "../a/b/file");
    held.Link("out", "/etc");
    held.Link("past", "../..");
    held.Link("loop", "loop");
    held.Link("nowhere", "a/none");
    held.MakeFifo("fifo");
  }
  const FileTree& tree() const { return held; }
  MemoryFileTree held;
};

struct DiskWorld {
  DiskWorld() {
    const fs::path root = folder.path();
    fs::create_directories(root / "a/b");
    std::ofstream(root / "a/b/file") << "text";
    fs::create_symlink("a/b", root / "link");
    fs::create_symlink("../a/b/file", root / "a/up");
    fs::create_symlink("/etc", root / "out");
    fs::create_symlink("../..", root / "past");
    fs::create_symlink("loop", root / "loop");
    fs::create_symlink("a/none", root / "nowhere");
    ::mkfifo((root / "fifo").c_str(), 0600);
    auto opened = DirectoryTree::Open(folder.path());
    held = std::move(*opened);
  }
  const FileTree& tree() const { return *held; }
  TemporaryFolder folder;
  std::unique_ptr<DirectoryTree> held;
};

template <class World>
class FileTreeContract : public ::testing::Test {
 protected:
  World world_;
};
using Worlds = ::testing::Types<MemoryWorld, DiskWorld>;
TYPED_TEST_SUITE(FileTreeContract, Worlds);

TYPED_TEST(FileTreeContract, SaysWhatAPathIs) {
  const struct {
    const char* path;
    FileKind kind;
    const char* real_path;
    bool is_link;
  } cases[] = {
      {".", FileKind::kDirectory, ".", false},
      {"", FileKind::kDirectory, ".", false},
      {"a/b/file", FileKind::kFile, "a/b/file", false},
      {"./a//b/../b/file", FileKind::kFile, "a/b/file", false},
      {"link", FileKind::kDirectory, "a/b", true},
      {"link/file", FileKind::kFile, "a/b/file", false},
      {"link/../b", FileKind::kDirectory, "a/b", false},
      {"a/up", FileKind::kFile, "a/b/file", true},
      {"none", FileKind::kMissing, "none", false},
      {"none/x/../y", FileKind::kMissing, "none/y", false},
      {"nowhere", FileKind::kMissing, "a/none", true},
      {"a/b/file/x", FileKind::kMissing, "a/b/file/x", false},
      {"fifo", FileKind::kOther, "fifo", false},
      {"out", FileKind::kLeaves, "", true},
      {"out/passwd", FileKind::kLeaves, "", false},
      {"past", FileKind::kLeaves, "", true},
      {"loop", FileKind::kLeaves, "", true},
      {"..", FileKind::kLeaves, "", false},
      {"a/../../x", FileKind::kLeaves, "", false},
      {"none/../../x", FileKind::kLeaves, "", false},
      {"/etc", FileKind::kLeaves, "", false},
  };
  for (const auto& each : cases) {
    const auto facts = this->world_.tree().Look(each.path);
    ASSERT_TRUE(facts.ok()) << each.path;
    EXPECT_EQ(static_cast<int>(facts->kind), static_cast<int>(each.kind)) << each.path;
    EXPECT_EQ(facts->real_path, each.real_path) << each.path;
    EXPECT_EQ(facts->is_link, each.is_link) << each.path;
  }
}

TYPED_TEST(FileTreeContract, ReadsRegularFilesOnly) {
  const auto& tree = this->world_.tree();
  EXPECT_EQ(*tree.Read("link/file", 4), "text");
  EXPECT_EQ(tree.Read("a/b/file", 3).error().code, Code::kResourceExhausted);
  EXPECT_EQ(tree.Read("none", 9).error().code, Code::kNotFound);
  for (const auto* path : {"fifo", "out/passwd", "a", "/etc/passwd", "../x"}) {
    EXPECT_EQ(tree.Read(path, 9).error().code, Code::kFailedPrecondition) << path;
  }
}

}  // namespace
}  // namespace edm
