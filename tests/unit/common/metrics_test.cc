#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/adapters/metrics/call_meter.h"
#include "common/adapters/metrics/process.h"

namespace edm {
namespace {

using ::testing::HasSubstr;

TEST(Exposition, WritesAFamilyWithItsLabels) {
  Exposition to;
  to.Gauge("edm_workers", "workers by state");
  to.Value(2, {{"state", "ready"}});
  to.Value(0.5, {{"state", "a\"b\\c\nd"}, {"zone", "x"}});
  EXPECT_EQ(to.text(),
            "# HELP edm_workers workers by state\n"
            "# TYPE edm_workers gauge\n"
            "edm_workers{state=\"ready\"} 2\n"
            "edm_workers{state=\"a\\\"b\\\\c d\",zone=\"x\"} 0.5\n");
}

TEST(Exposition, WritesTheBucketsOfAHistogramAsSums) {
  static constexpr double kBounds[] = {0.1, 1};
  Histogram histogram(kBounds);
  for (const double seconds : {0.05, 0.1, 0.7, 5.0}) histogram.Observe(seconds);
  Exposition to;
  to.Histograms("edm_x_seconds", "how long");
  to.Value(histogram, {{"kind", "deploy"}});
  EXPECT_THAT(to.text(), HasSubstr("edm_x_seconds_bucket{kind=\"deploy\",le=\"0.1\"} 2\n"
                                   "edm_x_seconds_bucket{kind=\"deploy\",le=\"1\"} 3\n"
                                   "edm_x_seconds_bucket{kind=\"deploy\",le=\"+Inf\"} 4\n"
                                   "edm_x_seconds_sum{kind=\"deploy\"} 5.85\n"
                                   "edm_x_seconds_count{kind=\"deploy\"} 4\n"));
}

TEST(CallMeter, CountsByNameAndOutcomeAndTimesByName) {
  CallMeter meter(kCallSeconds);
  meter.Observe("GetInstance", "ok", 0.003);
  meter.Observe("GetInstance", "not_found", 0.001);
  meter.Count("WatchEvents", "ok");
  EXPECT_EQ(meter.Counted("GetInstance", "ok"), 1);
  EXPECT_EQ(meter.Counted("GetInstance", "aborted"), 0);
  Exposition to;
  meter.Expose(to, {"edm_rpc_call", "calls", "method"});
  EXPECT_THAT(to.text(), HasSubstr("edm_rpc_calls_total{method=\"GetInstance\",code=\"not_found\"} 1\n"));
  EXPECT_THAT(to.text(), HasSubstr("edm_rpc_calls_total{method=\"WatchEvents\",code=\"ok\"} 1\n"));
  EXPECT_THAT(to.text(), HasSubstr("edm_rpc_call_duration_seconds_count{method=\"GetInstance\"} 2\n"));
  EXPECT_EQ(to.text().find("duration_seconds_count{method=\"WatchEvents\"}"), std::string::npos);
}

TEST(ProcessMetrics, TellOfThisProcess) {
  Exposition to;
  ExposeProcess(to);
  for (const auto* name :
       {"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
        "process_max_fds ", "process_start_time_seconds ", "process_threads "}) {
    EXPECT_THAT(to.text(), HasSubstr(std::string("\n") + name)) << to.text();
  }
}

}  // namespace
}  // namespace edm
