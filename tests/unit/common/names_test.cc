#include "common/model/names.h"

#include <gtest/gtest.h>

#include "common/model/member_name.h"

namespace edm {
namespace {

TEST(InstanceId, TakesWhatDnsTakes) {
  for (const auto* id : {"a", "shop", "5f1d7c2e9b1e8a0012345678", "a-b", "0-"})
    EXPECT_TRUE(CheckInstanceId(id)) << id;
}

TEST(InstanceId, RefusesWhatAProgramCouldMisread) {
  const std::string nul("a\0b", 3);
  for (const std::string& id :
       {std::string(), std::string("-h"), std::string("A"), std::string("a/b"), std::string("../x"),
        std::string("a;id"), std::string("$(id)"), std::string("а"), std::string("a\n"), nul,
        std::string(64, 'a'), std::string(4096, 'a'), std::string("a b"), std::string("a.b")}) {
    const auto checked = CheckInstanceId(id);
    ASSERT_FALSE(checked.ok()) << Shown(id);
    EXPECT_EQ(checked.error().code, Code::kInvalidArgument);
    EXPECT_FALSE(checked.error().hint.empty());
    EXPECT_LT(checked.error().object.size(), 120U);
  }
}

TEST(MemberName, IsNoneThatPeopleCanGive) {
  EXPECT_EQ(MemberOf("shop", 12), "shop_12");
  EXPECT_FALSE(CheckInstanceId("shop_12").ok());
  EXPECT_TRUE(CheckInstanceName("shop_12").ok());
  EXPECT_TRUE(CheckInstanceName("shop").ok());
  EXPECT_EQ(SetOf("shop_12"), "shop");
  EXPECT_EQ(OrdinalOf("shop_12"), 12U);
  EXPECT_EQ(SetOf("shop"), "shop");
}

TEST(MemberName, HasAnOrdinalFromOneOn) {
  for (const auto* name : {"shop_0", "shop_01", "shop_1000", "shop_", "_1", "shop_x", "shop_1x", "shop_-1",
                           "shop_trial", "shop_1_trial", "Shop_1", "a_1_2", "-a_1", "shop_4294967297"}) {
    EXPECT_FALSE(CheckInstanceName(name).ok()) << name;
  }
  EXPECT_FALSE(CheckInstanceName(std::string(62, 'a') + "_1").ok());
}

TEST(Owner, KeepsCaseAndRefusesTraversal) {
  EXPECT_TRUE(CheckOwner("Generalization"));
  for (const auto* owner : {"..", "a..b", "x.git", "x.GIT", ".hidden", "a/", "-rf", "a."})
    EXPECT_FALSE(CheckOwner(owner).ok()) << owner;
}

TEST(GitUrl, RefusesWhatRunsProgramsOrReadsFiles) {
  for (const auto* url :
       {"ext::sh -c id", "file:///etc", "/etc", "-oProxyCommand=x", "ssh://-oProxyCommand=x/y", "https://",
        "https://u:p@h/x", "http://tok@h/x", "git://h/x", "https://h/a b", "http://[::1/x", "http://h:port/x",
        "http://h:99999/x", "http://h:/x", "http://$(id)/x"}) {
    const auto checked = CheckGitUrl(url);
    ASSERT_FALSE(checked.ok()) << url;
    EXPECT_EQ(ToString(checked.error()).find("u:p"), std::string::npos);
  }
  EXPECT_TRUE(CheckGitUrl("https://example.org/a/b.git"));
  EXPECT_TRUE(CheckGitUrl("ssh://git@example.org/a/b.git"));
  EXPECT_TRUE(CheckGitUrl("http://[::1]:3000/a/b.git"));
  EXPECT_TRUE(CheckGitUrl("http://127.0.0.1:65535/a/b.git"));
}

TEST(Branch, FollowsGitsOwnRules) {
  for (const auto* branch : {"main", "feature/login", "v1.2"}) EXPECT_TRUE(CheckBranch(branch)) << branch;
  for (const auto* branch : {"", "-h", "--upload-pack=x", "a..b", "a b", "a~1", "x.lock", "/a", "a/", "a@{1}",
                             "refs/heads/x", "a\x7f"}) {
    EXPECT_FALSE(CheckBranch(branch).ok()) << branch;
  }
}

}  // namespace
}  // namespace edm
