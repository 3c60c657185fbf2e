#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "edmctl/output/disk.h"
#include "tests/unit/edmctl/golden.h"

namespace edm::ctl {
namespace {

void Add(google::protobuf::RepeatedPtrField<v1::DiskUse>* uses, const std::string& kind, std::uint32_t count,
         std::uint32_t size_kib, std::uint32_t shared_kib = 0) {
  auto* use = uses->Add();
  use->set_kind(kind);
  use->set_count(count);
  use->set_size_kib(size_kib);
  if (shared_kib != 0) use->set_shared_kib(shared_kib);
}

v1::MachineDisk Worker() {
  v1::MachineDisk disk;
  disk.set_machine("worker-1");
  auto* place = disk.add_places();
  place->set_path("/var/lib/edm-worker");
  place->set_total_mib(10'240);
  place->set_free_mib(1'536);
  Add(disk.mutable_uses(), "images", 7, 81'920, 204'800);
  disk.add_uses()->set_kind("volumes");  // the engine did not tell in time
  disk.mutable_uses(1)->set_count(1);
  Add(disk.mutable_uses(), "build-cache", 31, 1'048'576);
  Add(disk.mutable_foreign(), "images", 3, 512'000);
  auto* shop = disk.add_instances();
  shop->set_instance("shop");
  Add(shop->mutable_uses(), "images", 5, 61'440);
  Add(shop->mutable_uses(), "checkouts", 5, 40);
  auto* blog = disk.add_instances();
  blog->set_instance("blog");
  blog->add_uses()->set_kind("volumes");
  auto* removed = disk.add_removed();
  removed->mutable_time()->set_seconds(940);
  removed->set_what("19 records of the build cache");
  removed->set_size_kib(3'145'728);
  removed->set_reason("1.2 GiB free on /var/lib/docker, 2.0 GiB should be");
  return disk;
}

TEST(Df, ShowsWhoUsesADisk) {
  EXPECT_EQ(RenderDisk({.columns = 120}, Worker(), WallTime(Millis(1'000'000))), Golden("df.txt"));
}

TEST(Df, SaysWhyNotAllIsKnown) {
  v1::MachineDisk disk;
  disk.set_machine("worker-2");
  disk.mutable_failure()->set_cause("it is lost");
  EXPECT_EQ(RenderDisk({.columns = 120}, disk, WallTime()), "worker-2\n  not all is known: it is lost\n");
}

}  // namespace
}  // namespace edm::ctl
