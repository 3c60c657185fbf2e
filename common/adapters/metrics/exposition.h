#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edm {

class Histogram;

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Prometheus' text form (version 0.0.4), family after family. Names and labels are ours, values of labels are
// escaped. One thread.
class Exposition {
 public:
  // All samples of a family follow its line.
  void Gauge(std::string_view name, std::string_view help) { Family(name, "gauge", help); }
  void Counter(std::string_view name, std::string_view help) { Family(name, "counter", help); }
  void Histograms(std::string_view name, std::string_view help) { Family(name, "histogram", help); }

  void Value(double value, const Labels& labels = {});
  void Value(const Histogram& histogram, const Labels& labels = {});

  // A family of one sample.
  void Gauge(std::string_view name, std::string_view help, double value);
  void Counter(std::string_view name, std::string_view help, double value);

  const std::string& text() const { return text_; }

 private:
  void Family(std::string_view name, std::string_view type, std::string_view help);
  void Sample(std::string_view suffix, const Labels& labels, std::string_view le, double value);

  std::string name_;
  std::string text_;
};

}  // namespace edm
