#include "common/core/yaml/reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "common/base/text.h"
#include "common/core/yaml/builder.h"

namespace edm::yaml {
namespace {

Error Refused(std::string_view name, Position at, std::string cause, std::string hint,
              Code code = Code::kInvalidArgument) {
  auto object = std::string(name);
  if (at.line > 0) object += ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  return Error{code, std::move(object), std::move(cause), {}, std::move(hint)};
}

Position PlaceOf(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = std::ranges::count(before, '\n');
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? offset : offset - start - 1;
  return {static_cast<int>(line) + 1, static_cast<int>(column) + 1};
}

Status CheckBytes(std::string_view text, std::string_view name, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Refused(name, {}, "is larger than " + FormatBytes(limits.bytes), "make it smaller",
                   Code::kResourceExhausted);
  }
  if (!IsUtf8(text)) return Refused(name, {}, "is not UTF-8 text", "save it as UTF-8");
  const auto bad = std::ranges::find_if(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F;
  });
  if (bad == text.end()) return Ok();
  return Refused(name, PlaceOf(text, static_cast<std::size_t>(bad - text.begin())), "has a control character",
                 "remove it, or write it as \"\\x..\" in double quotes");
}

}  // namespace

Result<Node> Read(std::string_view text, std::string_view name, const Limits& limits) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  EDM_CHECK(CheckBytes(text, name, limits));
  Builder builder(limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Builder::Refusal& refusal) {
    return Refused(name, refusal.at, refusal.cause, refusal.hint, refusal.code);
  } catch (const YAML::Exception& error) {
    const Position at{error.mark.line + 1, error.mark.column + 1};
    return Refused(name, at, "is no YAML: " + error.msg, "mend the line; quotes around a text often help");
  }
  return builder.Take();
}

}  // namespace edm::yaml
