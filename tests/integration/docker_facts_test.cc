#include <algorithm>
#include <thread>

#include "tests/integration/docker_project.h"
#include "worker/adapters/docker/engine_api.h"

namespace edm::worker {
namespace {

class DockerFacts : public DockerProject {
 protected:
  static constexpr const char* kSubnet = "10.254.77.0/24";

  DockerFacts() : DockerProject("dockertest-facts"), api_(DockerFixture::DefaultEndpoint()) {}

  // A network of somebody else, gone with the test.
  class ForeignNetwork {
   public:
    explicit ForeignNetwork(const EngineApi& api) : api_(api) {
      const nlohmann::json body{{"Name", kName},
                                {"IPAM", {{"Config", nlohmann::json::array({{{"Subnet", kSubnet}}})}}}};
      const auto made = api_.Post("/networks/create", body, kName);
      EXPECT_TRUE(made.ok()) << ToString(made.error());
    }
    ~ForeignNetwork() { EXPECT_TRUE(api_.Delete(std::string("/networks/") + kName, kName).ok()); }

   private:
    static constexpr const char* kName = "dockertest-facts-foreign";
    const EngineApi& api_;
  };

  // The project with a network on kSubnet.
  Status UpOnSubnet() {
    static_cast<void>(Image());
    const nlohmann::json network{{"name", id_ + "_default"},
                                 {"labels", Labels("")},
                                 {"ipam", {{"config", nlohmann::json::array({{{"subnet", kSubnet}}})}}}};
    UpRequest request{id_, "", docker_.context(), Millis(60'000)};
    request.compose_json = nlohmann::json{{"services", {{"web", Service("web", "exec sleep 60")}}},
                                          {"networks", {{"default", network}}}}
                               .dump();
    return runtime().Up(request, {}, {});
  }

  EngineApi api_;
};

TEST_F(DockerFacts, TheEngineSaysWhatItIs) {
  const auto facts = runtime().Facts();
  ASSERT_TRUE(facts.ok()) << ToString(facts.error());
  EXPECT_FALSE(facts->version.empty());
  EXPECT_TRUE(facts->api_version.starts_with("1.")) << facts->api_version;
  EXPECT_FALSE(facts->compose_version.empty());
  EXPECT_NE(facts->compose_version.find('.'), std::string::npos) << facts->compose_version;
  EXPECT_FALSE(facts->storage_driver.empty());
  EXPECT_TRUE(facts->cgroup_version == "1" || facts->cgroup_version == "2") << facts->cgroup_version;
}

TEST_F(DockerFacts, ASubnetThatAnotherNetworkTookIsAborted) {
  {
    const ForeignNetwork foreign(api_);
    const auto taken = UpOnSubnet();
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().code, Code::kAborted) << ToString(taken.error());
    const auto subnets = runtime().Subnets();
    ASSERT_TRUE(subnets.ok());
    const auto found = std::find_if(subnets->begin(), subnets->end(),
                                    [](const NetworkSubnet& one) { return one.subnet == kSubnet; });
    ASSERT_NE(found, subnets->end());
    EXPECT_EQ(found->instance, "");
  }
  const auto free = UpOnSubnet();
  ASSERT_TRUE(free.ok()) << ToString(free.error());
  const auto subnets = runtime().Subnets();
  ASSERT_TRUE(subnets.ok());
  const auto found = std::find_if(subnets->begin(), subnets->end(),
                                  [](const NetworkSubnet& one) { return one.subnet == kSubnet; });
  ASSERT_NE(found, subnets->end());
  EXPECT_EQ(found->instance, id_);
}

TEST_F(DockerFacts, VolumesAreMeasured) {
  const nlohmann::json web = Service("web", "dd if=/dev/zero of=/data/file bs=1024 count=2048; exec sleep 60",
                                     {{"volumes", {id_ + "-data:/data"}}});
  static_cast<void>(Image());
  UpRequest request{id_, "", docker_.context(), Millis(60'000)};
  request.compose_json =
      nlohmann::json{{"services", {{"web", web}}},
                     {"networks", {{"default", {{"labels", Labels("")}}}}},
                     {"volumes", {{id_ + "-data", {{"name", id_ + "_data"}, {"labels", Labels("")}}}}}}
          .dump();
  ASSERT_TRUE(runtime().Up(request, {}, {}).ok());
  std::uint64_t size = 0;
  for (int i = 0; i < 100 && size < 2'048 * 1'024; ++i) {
    const auto sizes = runtime().VolumeSizes(Millis(30'000));
    ASSERT_TRUE(sizes.ok()) << ToString(sizes.error());
    ASSERT_TRUE(sizes->contains(id_ + "_data"));
    size = sizes->at(id_ + "_data");
    std::this_thread::sleep_for(Millis(50));
  }
  EXPECT_GE(size, 2'048U * 1'024U);
  EXPECT_LT(size, 4'096U * 1'024U);
}

}  // namespace
}  // namespace edm::worker
