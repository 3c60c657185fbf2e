#include "common/adapters/metrics/exposition.h"

#include <fmt/format.h>

#include <cmath>

#include "common/adapters/metrics/histogram.h"

namespace edm {
namespace {

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

}  // namespace

void Exposition::Family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void Exposition::Sample(std::string_view suffix, const Labels& labels, std::string_view le, double value) {
  text_ += name_;
  text_ += suffix;
  std::string inner;
  for (const auto& [name, text] : labels)
    inner += fmt::format("{}{}=\"{}\"", inner.empty() ? "" : ",", name, Escaped(text));
  if (!le.empty()) inner += fmt::format("{}le=\"{}\"", inner.empty() ? "" : ",", le);
  if (!inner.empty()) text_ += "{" + inner + "}";
  text_ += " " + Number(value) + "\n";
}

void Exposition::Value(double value, const Labels& labels) { Sample("", labels, "", value); }

void Exposition::Value(const Histogram& histogram, const Labels& labels) {
  const auto seen = histogram.Read();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < seen.counts.size(); ++i) {
    sum += seen.counts[i];
    const auto bound = i < histogram.bounds().size() ? Number(histogram.bounds()[i]) : "+Inf";
    Sample("_bucket", labels, bound, static_cast<double>(sum));
  }
  Sample("_sum", labels, "", seen.sum);
  Sample("_count", labels, "", static_cast<double>(sum));
}

void Exposition::Gauge(std::string_view name, std::string_view help, double value) {
  Gauge(name, help);
  Value(value);
}

void Exposition::Counter(std::string_view name, std::string_view help, double value) {
  Counter(name, help);
  Value(value);
}

}  // namespace edm
