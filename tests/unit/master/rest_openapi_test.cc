#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "master/api/rest/openapi.h"
#include "tests/unit/master/rest_routes.h"

namespace edm::master::rest {
namespace {

using nlohmann::json;

class OpenApiDocument : public testing::Test {
 protected:
  OpenApiDocument() {
    ServeEveryMethod(table_);
    document_ = json::parse(OpenApi(RouteTable(table_), "1.2.3"));
  }
  void Visit(const json& node, const std::function<void(const json&)>& visit) {
    visit(node);
    for (const auto& child : node) {
      if (child.is_structured()) Visit(child, visit);
    }
  }
  void EachOperation(
      const std::function<void(const std::string& path, const std::string& verb, const json&)>& visit) {
    for (const auto& [path, verbs] : document_["paths"].items()) {
      for (const auto& [verb, operation] : verbs.items()) visit(path, verb, operation);
    }
  }
  rpc::MethodTable table_;
  json document_;
};

TEST_F(OpenApiDocument, HasAllThatVersion303Demands) {
  EXPECT_EQ(document_["openapi"], "3.0.3");
  EXPECT_EQ(document_["info"]["version"], "1.2.3");
  EXPECT_FALSE(document_["info"]["title"].empty());
  EXPECT_TRUE(document_["paths"].is_object());
}

TEST_F(OpenApiDocument, ResolvesEachReference) {
  int references = 0;
  Visit(document_, [&](const json& node) {
    if (!node.is_object() || !node.contains("$ref") || !node["$ref"].is_string()) return;
    const auto target = node["$ref"].get<std::string>();
    ASSERT_TRUE(target.starts_with("#/")) << target;
    EXPECT_TRUE(document_.contains(json::json_pointer(target.substr(1)))) << target;
    EXPECT_EQ(node.size(), 1U) << "beside " << target << " nothing counts";
    ++references;
  });
  EXPECT_GT(references, 50);
}

TEST_F(OpenApiDocument, DeclaresEachPathParameterOnceAndRequired) {
  EachOperation([](const std::string& path, const std::string& verb, const json& operation) {
    std::set<std::string> in_path;
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{', open + 1)) {
      in_path.insert(path.substr(open + 1, path.find('}', open) - open - 1));
    }
    std::set<std::string> declared;
    std::set<std::pair<std::string, std::string>> all;
    for (const auto& parameter : operation["parameters"]) {
      EXPECT_TRUE(parameter.contains("schema"));
      const auto name = parameter["name"].get<std::string>();
      EXPECT_TRUE(all.emplace(parameter["in"].get<std::string>(), name).second) << name;
      if (parameter["in"] != "path") continue;
      EXPECT_EQ(parameter["required"], true);
      declared.insert(name);
    }
    EXPECT_EQ(in_path, declared) << verb << " " << path;
  });
}

TEST_F(OpenApiDocument, NamesEachOperationOnceAndDescribesItsAnswers) {
  std::set<std::string> ids;
  EachOperation([&](const std::string& path, const std::string& verb, const json& operation) {
    EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second);
    const auto summary = operation.value("summary", "");
    EXPECT_FALSE(summary.empty() || summary.ends_with('.')) << verb << path << ": " << summary;
    EXPECT_LE(summary.size(), 120U) << summary;
    ASSERT_FALSE(operation["responses"].empty());
    for (const auto& [status, response] : operation["responses"].items()) {
      EXPECT_TRUE(response.contains("$ref") || response.contains("description")) << verb << path << status;
    }
    EXPECT_TRUE(operation["responses"].contains("default"));
    EXPECT_FALSE((verb == "get" || verb == "delete") && operation.contains("requestBody")) << path;
  });
  EXPECT_EQ(ids.size(), RouteTable(table_).routes().size());
}

TEST_F(OpenApiDocument, TakesItsDescriptionsFromTheProtos) {
  const auto& refresh = document_["paths"]["/v1/instances/{id}/refresh"]["post"];
  EXPECT_EQ(refresh["description"],
            "The newest commit of its branch: build and start. An instance with a git URL fetches first.");
  EXPECT_EQ(refresh["summary"], "The newest commit of its branch: build and start");
  EXPECT_EQ(document_["components"]["schemas"]["Instance"]["properties"]["revision"]["description"],
            "give it back in If-Match");
}

TEST_F(OpenApiDocument, GivesTheBodyOnlyWhatThePathDoesNotSay) {
  const auto& body = document_["components"]["schemas"]["DeployInstanceRequest"]["properties"];
  EXPECT_FALSE(body.contains("id"));
  EXPECT_TRUE(body.contains("git_url"));
  EXPECT_EQ(body["until"]["enum"][3], "RUNNING");
}

}  // namespace
}  // namespace edm::master::rest
