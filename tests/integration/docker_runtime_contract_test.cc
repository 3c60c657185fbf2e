#include <nlohmann/json.hpp>

#include "tests/contracts/container_runtime_contract.h"
#include "tests/integration/docker_fixture.h"

namespace edm::worker {
namespace {

class EngineFixture final : public RuntimeFixture {
 public:
  ContainerRuntime& runtime() override { return docker_.runtime(); }
  std::string prefix() const override { return "dockertest-contract"; }
  std::string context() override { return docker_.context(); }
  void MakeForeign(const std::string& project) override {
    const nlohmann::json network{{"Name", project + "_default"},
                                 {"Labels", {{"com.docker.compose.project", project}}},
                                 {"IPAM", {{"Config", {{{"Subnet", "10.250.17.0/28"}}}}}}};
    ASSERT_TRUE(docker_.runtime().api().Post("/networks/create", network, "foreign network").ok());
  }
  void RemoveForeign(const std::string& project) override {
    EXPECT_TRUE(docker_.runtime().api().Delete("/networks/" + project + "_default", "foreign network").ok());
  }

 private:
  DockerFixture docker_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Docker, ContainerRuntimeContract, EngineFixture);

}  // namespace
}  // namespace edm::worker
