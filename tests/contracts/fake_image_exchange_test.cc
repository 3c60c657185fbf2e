#include "tests/fakes/worker/fake_image_exchange.h"

#include <fstream>

#include "tests/contracts/image_exchange_contract.h"
#include "tests/fakes/temporary_folder.h"

namespace edm::worker {
namespace {

class FakeFixture final : public ExchangeFixture {
 public:
  FakeFixture() { std::ofstream(folder_.path() + "/Dockerfile") << "FROM scratch\n"; }
  ContainerRuntime& runtime() override { return runtime_; }
  ImageExchange& exchange() override { return exchange_; }
  std::string prefix() const override { return "fake"; }
  std::string context() override { return folder_.path(); }
  ImageRepository RepositoryOf(const std::string& instance) override {
    return {.registry = "registry.test", .name = "edm/" + instance};
  }
  void SetAway(bool away) override {
    exchange_.SetFailure(away
                             ? std::optional(Error{Code::kUnavailable, "registry.test", "connection refused"})
                             : std::nullopt);
  }

 private:
  TemporaryFolder folder_;
  FakeContainerRuntime runtime_;
  FakeImageExchange exchange_{runtime_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, ImageExchangeContract, FakeFixture);

}  // namespace
}  // namespace edm::worker
