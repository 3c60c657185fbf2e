#include "edmctl/commands/wishes.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::ctl {
namespace {

constexpr std::array kClearable = {"labels", "ports",     "apart-from", "near",     "one-per-worker",
                                   "gpus",   "singleton", "spread-by",  "strategy", "architecture",
                                   "memory", "cpus",      "disk"};

Result<std::uint32_t> Mebibytes(const std::string& option, const std::string& text) {
  static constexpr std::array<std::pair<const char*, std::uint64_t>, 6> kUnits = {
      {{"mib", 1}, {"m", 1}, {"gib", 1'024}, {"g", 1'024}, {"tib", 1'048'576}, {"t", 1'048'576}}};
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto unit = Folded(std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end)));
  const auto at = std::ranges::find_if(kUnits, [&](const auto& one) { return unit == one.first; });
  const bool is_known =
      failure == std::errc() && (unit.empty() || at != kUnits.end()) && number < (1U << 24U);
  if (!is_known)
    return UsageError(option + " must be a size, not '" + Shown(text) + "'", "for example 512MiB or 2GiB");
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number * (unit.empty() ? 1 : at->second), ~0U));
}

// KEY=VALUE.
Result<std::pair<std::string, std::string>> Pair(const std::string& option, const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    return UsageError(option + " must be LABEL=VALUE, not '" + Shown(text) + "'", "for example disk=ssd");
  return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

// LABEL=VALUE, or LABEL=VALUE:WEIGHT.
Status AddNear(const std::string& text, v1::Requirements& wants) {
  constexpr std::int32_t kWeight = 50;
  EDM_TRY(auto pair, Pair("near", text));
  auto weight = kWeight;
  if (const auto colon = pair.second.rfind(':'); colon != std::string::npos) {
    const auto number = pair.second.substr(colon + 1);
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), weight);
    if (failure != std::errc() || end != number.data() + number.size())
      return UsageError("near has the weight '" + Shown(number) + "'", "give -100 to 100 behind the colon");
    pair.second.resize(colon);
  }
  auto& affinity = *wants.add_affinities();
  affinity.set_label(pair.first);
  affinity.set_value(pair.second);
  affinity.set_weight(weight);
  return Ok();
}

Status Clear(const std::string& what, v1::InstanceSpec& spec) {
  auto& wants = *spec.mutable_requirements();
  if (what == "labels") spec.clear_worker_labels();
  if (what == "memory") spec.clear_memory_mib();
  if (what == "cpus") spec.clear_cpus();
  if (what == "disk") wants.clear_disk_mib();
  if (what == "ports") wants.clear_host_ports();
  if (what == "apart-from") wants.clear_apart_from();
  if (what == "near") wants.clear_affinities();
  if (what == "one-per-worker") wants.clear_one_per_worker();
  if (what == "gpus") wants.clear_gpus();
  if (what == "singleton") wants.clear_singleton();
  if (what == "spread-by") wants.clear_spread_by();
  if (what == "strategy") wants.clear_strategy();
  if (what == "architecture") wants.clear_architecture();
  if (std::ranges::find(kClearable, what) != kClearable.end()) return Ok();
  const std::vector<std::string> known(kClearable.begin(), kClearable.end());
  return UsageError("there is nothing called '" + Shown(what) + "' to clear", "one of " + Join(known, ", "));
}

Status ApplyNumbers(const Arguments& args, v1::InstanceSpec& spec) {
  auto& wants = *spec.mutable_requirements();
  if (args.Has("memory")) {
    EDM_TRY(const auto memory, Mebibytes("memory", args.Text("memory")));
    spec.set_memory_mib(memory);
  }
  if (args.Has("disk")) {
    EDM_TRY(const auto disk, Mebibytes("disk", args.Text("disk")));
    wants.set_disk_mib(disk);
  }
  if (args.Has("cpus")) {
    const auto text = args.Text("cpus");
    double cpus = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), cpus);
    if (failure != std::errc() || end != text.data() + text.size())
      return UsageError("cpus must be a number, not '" + Shown(text) + "'", "for example 0.5");
    spec.set_cpus(cpus);
  }
  EDM_TRY(const auto gpus, args.Number("gpus"));
  if (gpus) wants.set_gpus(*gpus);
  return Ok();
}

Status ApplyStrategy(const Arguments& args, v1::Requirements& wants) {
  if (!args.Has("strategy")) return Ok();
  const auto text = Folded(args.Text("strategy"));
  if (text == "spread") wants.set_strategy(v1::Requirements::SPREAD);
  if (text == "binpack") wants.set_strategy(v1::Requirements::BINPACK);
  if (text == "spread" || text == "binpack") return Ok();
  return UsageError("there is no strategy '" + Shown(text) + "'", "spread or binpack");
}

Status ApplyLists(const Arguments& args, v1::InstanceSpec& spec) {
  auto& wants = *spec.mutable_requirements();
  for (const auto& text : args.All("label")) {
    EDM_TRY(const auto label, Pair("label", text));
    (*spec.mutable_worker_labels())[label.first] = label.second;
  }
  if (args.Has("near")) wants.clear_affinities();
  for (const auto& text : args.All("near")) EDM_CHECK(AddNear(text, wants));
  if (args.Has("apart-from")) wants.clear_apart_from();
  for (const auto& id : args.All("apart-from")) wants.add_apart_from(id);
  if (args.Has("port")) wants.clear_host_ports();
  for (const auto& text : args.All("port")) {
    std::uint32_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc() || end != text.data() + text.size())
      return UsageError("port must be a number, not '" + Shown(text) + "'", "for example 8080");
    wants.add_host_ports(port);
  }
  return Ok();
}

}  // namespace

std::vector<Option> WishOptions() {
  return {{"--memory", "SIZE", "expected use: 512MiB, 2GiB"},
          {"--cpus", "NUMBER", "reserved: 0.5"},
          {"--disk", "SIZE", "expected use"},
          {"--gpus", "NUMBER", "of one worker"},
          {"--architecture", "NAME", "of the worker: x86_64, aarch64"},
          {"--label", "LABEL=VALUE", "that the worker must have", true},
          {"--port", "PORT", "a host port that its compose file names", true},
          {"--apart-from", "ID", "an instance that must not be on the same worker", true},
          {"--one-per-worker", "", "not beside another instance of its project"},
          {"--singleton", "", "never two live copies, not even while it moves"},
          {"--near", "LABEL=VALUE[:WEIGHT]", "rather there, -100 to 100 (default: 50)", true},
          {"--spread-by", "LABEL", "a label whose values its project is spread over"},
          {"--strategy", "NAME", "spread or binpack (default: the cluster's)"}};
}

bool HasWishes(const Arguments& args) {
  const auto options = WishOptions();
  return std::ranges::any_of(options, [&](const Option& one) { return args.Has(one.Key()); });
}

Status ApplyWishes(const Arguments& args, v1::InstanceSpec& spec) {
  for (const auto& what : args.All("clear")) EDM_CHECK(Clear(what, spec));
  auto& wants = *spec.mutable_requirements();
  EDM_CHECK(ApplyNumbers(args, spec));
  EDM_CHECK(ApplyLists(args, spec));
  EDM_CHECK(ApplyStrategy(args, wants));
  if (args.Has("architecture")) wants.set_architecture(args.Text("architecture"));
  if (args.Has("spread-by")) wants.set_spread_by(args.Text("spread-by"));
  if (args.Has("one-per-worker")) wants.set_one_per_worker(true);
  if (args.Has("singleton")) wants.set_singleton(true);
  return Ok();
}

}  // namespace edm::ctl
