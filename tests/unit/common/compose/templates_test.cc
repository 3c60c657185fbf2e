#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/templates/overlay.h"
#include "common/core/templates/render.h"

namespace edm::templates {
namespace {

using enum EntryKind;

TEST(Overlay, TheSourcesOwnFilesWin) {
  const auto added =
      Overlay({{"Server/Server.js", kFile}, {"Dockerfile", kFile}}, {{"Dockerfile", kFile},
                                                                     {"compose.yaml", kFile},
                                                                     {"Server", kDirectory},
                                                                     {"Server/lib", kDirectory},
                                                                     {"Server/lib/a.js", kFile}});
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(*added, (std::vector<TreeEntry>{
                        {"Server/lib", kDirectory}, {"Server/lib/a.js", kFile}, {"compose.yaml", kFile}}));
}

TEST(Overlay, RefusesAFolderInThePlaceOfAFile) {
  const auto conflicts = Overlay({{"web", kFile}, {"db/x", kFile}, {"l", kLink}},
                                 {{"web", kDirectory}, {"web/a", kFile}, {"db", kFile}, {"l/a", kFile}});
  ASSERT_FALSE(conflicts.ok());
  EXPECT_EQ(conflicts.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(conflicts.error().evidence.size(), 3U);
}

const Values kValues = InstanceValues("i7", "User1", "Shop",
                                      {{.service = "web",
                                        .container_port = 2000,
                                        .address = "10.0.0.12",
                                        .port = 30'001,
                                        .url = "http://10.0.0.12:30001"}});

TEST(Render, FillsInNames) {
  EXPECT_EQ(
      *Render(R"({"host": "{{ address.web.2000 }}", "id": "{{id}}", "at": "{{ url }}", "b": "{{{{ id }}"})",
              "f", kValues),
      R"({"host": "10.0.0.12:30001", "id": "i7", "at": "http://10.0.0.12:30001", "b": "{{ id }}"})");
  EXPECT_EQ(*Render("a\n{ b }\n", "f", {}), "a\n{ b }\n");
}

TEST(Render, NamesThePlaceOfWhatIsUnknown) {
  const auto rendered = Render("a\n  {{ adress.web.2000 }}\n", "api.json", kValues);
  ASSERT_FALSE(rendered.ok());
  EXPECT_EQ(rendered.error().object, "api.json:2:3");
  EXPECT_EQ(rendered.error().hint, "did you mean 'address.web.2000'?");
  EXPECT_EQ(Render("x {{ id\n}}", "f", kValues).error().object, "f:1:3");
}

TEST(Render, ListsGeneratedNames) {
  const auto names = GeneratedNames("{{ generated.b }} {{generated.a}} {{ id }} {{ generated.b }}", "f");
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(GeneratedNames("{{ generated.a b }}", "f").ok());
}

}  // namespace
}  // namespace edm::templates
