#include "tests/contracts/image_exchange_contract.h"
#include "tests/integration/docker_fixture.h"
#include "tests/integration/registry_server.h"
#include "worker/adapters/docker/engine_images.h"

namespace edm::worker {
namespace {

class EngineFixture final : public ExchangeFixture {
 public:
  ContainerRuntime& runtime() override { return docker_.runtime(); }
  ImageExchange& exchange() override { return exchange_; }
  std::string prefix() const override { return "dockertest-exchange"; }
  std::string context() override { return docker_.context(); }
  ImageRepository RepositoryOf(const std::string& instance) override {
    return master_->Grant(instance, SystemClock().Now() + Millis(60'000)).value();
  }
  void SetAway(bool away) override { away ? registry_.Stop() : registry_.Start(); }

 private:
  RegistryServer registry_;
  std::unique_ptr<master::ImageRegistry> master_ = registry_.Open(RegistryServer::kSecret);
  DockerFixture docker_;
  // The engine believes what is on loopback without looking here.
  EngineImages exchange_{docker_.runtime().api(), docker_.folder() + "/certs.d"};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Docker, ImageExchangeContract, EngineFixture);

}  // namespace
}  // namespace edm::worker
