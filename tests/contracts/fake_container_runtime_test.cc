#include "tests/fakes/fake_container_runtime.h"

#include "tests/contracts/container_runtime_contract.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::worker {
namespace {

class FakeFixture final : public RuntimeFixture {
 public:
  FakeFixture() { std::ofstream(folder_.path() + "/Dockerfile") << "FROM scratch\n"; }
  ContainerRuntime& runtime() override { return runtime_; }
  std::string prefix() const override { return "fake"; }
  std::string context() override { return folder_.path(); }
  void MakeForeign(const std::string& project) override { runtime_.AddForeignProject(project); }
  void RemoveForeign(const std::string&) override {}

 private:
  TemporaryFolder folder_;
  FakeContainerRuntime runtime_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, ContainerRuntimeContract, FakeFixture);

}  // namespace
}  // namespace edm::worker
