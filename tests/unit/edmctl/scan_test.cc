// What of a folder is taken, and what it may not hold.
#include "edmctl/source/scan.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/fakes/temporary_folder.h"

namespace edm::ctl {
namespace {

TEST(Scans, RefuseWhatWouldLoseItsRights) {
  for (const mode_t bits : {S_ISUID, S_ISGID}) {
    const TemporaryFolder folder;
    const auto tool = folder.path() + "/tool";
    std::ofstream(tool) << "x";
    ASSERT_EQ(chmod(tool.c_str(), 0755), 0);
    EXPECT_TRUE(ScanFolder(folder.path()).ok());
    ASSERT_EQ(chmod(tool.c_str(), 0755 | bits), 0);
    const auto scan = ScanFolder(folder.path());
    ASSERT_FALSE(scan.ok());
    EXPECT_EQ(scan.error().code, Code::kInvalidArgument);
    EXPECT_EQ(scan.error().object, tool);
    std::ofstream(folder.path() + "/.dockerignore") << "tool\n";
    EXPECT_TRUE(ScanFolder(folder.path()).ok());
  }
}

}  // namespace
}  // namespace edm::ctl
