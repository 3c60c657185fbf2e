#include "edmctl/commands/arguments.h"

#include <charconv>

#include "common/model/names.h"

namespace edm::ctl {

Result<std::optional<Millis>> Arguments::Duration(const std::string& name) const {
  if (!Has(name)) return std::optional<Millis>();
  auto parsed = ParseDuration(Text(name));
  if (!parsed.ok()) return About(std::move(parsed).error(), "--" + name);
  return std::optional(*parsed);
}

Result<std::optional<std::uint32_t>> Arguments::Number(const std::string& name) const {
  if (!Has(name)) return std::optional<std::uint32_t>();
  const auto text = Text(name);
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    return UsageError(name + " must be a number, not '" + Shown(text) + "'", "give it digits alone");
  }
  return std::optional(number);
}

Error UsageError(std::string cause, std::string hint) {
  return Error{Code::kInvalidArgument, "", std::move(cause), {}, std::move(hint)};
}

}  // namespace edm::ctl
