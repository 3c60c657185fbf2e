#include <gtest/gtest.h>

#include "common/adapters/compose/cached_config_resolver.h"

namespace edm {
namespace {

class CountingResolver final : public ConfigResolver {
 public:
  Result<ResolvedConfig> Resolve(const ConfigRequest& request) override {
    ++asked;
    if (is_broken) return Error{Code::kResourceExhausted, request.main_file, "takes too much time", {}, ""};
    return ResolvedConfig{request.project + " of " + request.files.at(request.main_file), "/scratch"};
  }
  int asked = 0;
  bool is_broken = false;
};

ConfigRequest Asking(const std::string& project, const std::string& document) {
  return {project, "compose.yaml", {{"compose.yaml", document}}};
}

TEST(CachedConfig, TheSameIsAskedOnce) {
  CountingResolver compose;
  CachedConfigResolver cached(compose);
  const auto first = cached.Resolve(Asking("shop", "{}"));
  const auto again = cached.Resolve(Asking("shop", "{}"));
  EXPECT_EQ(compose.asked, 1);
  EXPECT_EQ(again->json, first->json);
  EXPECT_EQ(again->directory, "/scratch");
}

TEST(CachedConfig, AnotherProjectOrAnotherWordIsAskedAnew) {
  CountingResolver compose;
  CachedConfigResolver cached(compose);
  (void)cached.Resolve(Asking("shop", "{}"));
  EXPECT_EQ(cached.Resolve(Asking("blog", "{}"))->json, "blog of {}");
  EXPECT_EQ(cached.Resolve(Asking("shop", "{ }"))->json, "shop of { }");
  auto more = Asking("shop", "{}");
  more.files["base.yaml"] = "{}";
  (void)cached.Resolve(more);
  EXPECT_EQ(compose.asked, 4);
}

TEST(CachedConfig, AnErrorIsNotKept) {
  CountingResolver compose;
  CachedConfigResolver cached(compose);
  compose.is_broken = true;
  EXPECT_FALSE(cached.Resolve(Asking("shop", "{}")).ok());
  compose.is_broken = false;
  EXPECT_TRUE(cached.Resolve(Asking("shop", "{}")).ok());
  EXPECT_EQ(compose.asked, 2);
}

TEST(CachedConfig, WhatWasAskedForLongestAgoGoesFirst) {
  CountingResolver compose;
  CachedConfigResolver cached(compose);
  // Request and answer hold it once each: three of them fit, four do not.
  const auto large = [](char c) {
    return Asking("shop", std::string(CachedConfigResolver::kKeptBytesMax / 7, c));
  };
  for (const char c : {'a', 'b', 'c', 'a', 'd'}) (void)cached.Resolve(large(c));
  EXPECT_EQ(compose.asked, 4);
  (void)cached.Resolve(large('a'));
  EXPECT_EQ(compose.asked, 4) << "it was asked for again";
  (void)cached.Resolve(large('b'));
  EXPECT_EQ(compose.asked, 5);
}

TEST(CachedConfig, WhatIsTooLargeIsAnsweredAndNotKept) {
  CountingResolver compose;
  CachedConfigResolver cached(compose);
  const auto huge = Asking("shop", std::string(CachedConfigResolver::kKeptBytesMax, 'x'));
  (void)cached.Resolve(Asking("shop", "{}"));
  EXPECT_TRUE(cached.Resolve(huge).ok());
  EXPECT_TRUE(cached.Resolve(huge).ok());
  EXPECT_EQ(compose.asked, 3);
  (void)cached.Resolve(Asking("shop", "{}"));
  EXPECT_EQ(compose.asked, 3) << "it pushed nothing out";
}

}  // namespace
}  // namespace edm
