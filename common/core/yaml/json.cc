#include "common/core/yaml/json.h"

#include <nlohmann/json.hpp>

namespace edm::yaml {
namespace {

using Json = nlohmann::ordered_json;

Node FromJson(const Json& json, std::size_t depth, std::size_t& nodes, const Limits& limits) {
  if (depth > limits.depth || ++nodes > limits.nodes) throw std::length_error("too deep or too large");
  switch (json.type()) {
    case Json::value_t::boolean:
      return Node::Bool(json.get<bool>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return Node::Integer(json.get<long long>());
    case Json::value_t::number_float:
      return Node::Float(json.dump());
    case Json::value_t::string:
      return Node::String(json.get<std::string>());
    case Json::value_t::array: {
      auto list = Node::Sequence();
      for (const auto& item : json) list.Add(FromJson(item, depth + 1, nodes, limits));
      return list;
    }
    case Json::value_t::object: {
      auto map = Node::Map();
      for (const auto& [key, value] : json.items()) map.Set(key, FromJson(value, depth + 1, nodes, limits));
      return map;
    }
    default:
      return Node::Null();
  }
}

// U+0080 to U+009F, U+2028, U+2029, U+FEFF, U+FFFE and U+FFFF: line ends to YAML readers, or refused by them.
bool IsAwkward(unsigned code) {
  return (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 || code == 0xFEFF ||
         code >= 0xFFFE;
}

void AppendEscape(std::string& out, unsigned code) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[(code >> shift) & 0xFU];
}

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = [&](std::size_t n) {
      return static_cast<unsigned char>(i + n < text.size() ? text[i + n] : 0);
    };
    const unsigned byte = at(0);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (byte < 0x20 || byte == 0x7F) {
      AppendEscape(out, byte);
    } else if ((byte & 0xE0U) == 0xC0 && IsAwkward((byte & 0x1FU) << 6 | (at(1) & 0x3FU))) {
      AppendEscape(out, (byte & 0x1FU) << 6 | (at(1) & 0x3FU));
      i += 1;
    } else if ((byte & 0xF0U) == 0xE0 &&
               IsAwkward((byte & 0x0FU) << 12 | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU))) {
      AppendEscape(out, (byte & 0x0FU) << 12 | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU));
      i += 2;
    } else {
      out += text[i];
    }
  }
  out += '"';
}

void Append(std::string& out, const Node& node, std::size_t indent) {
  const auto line = [&](std::size_t depth) { out.append("\n").append(2 * depth, ' '); };
  if (node.is_null()) {
    out += "null";
  } else if (node.is_string()) {
    AppendString(out, node.text());
  } else if (node.is_sequence()) {
    out += '[';
    for (std::size_t i = 0; i < node.items().size(); ++i) {
      if (i > 0) out += ',';
      line(indent + 1);
      Append(out, node.items()[i], indent + 1);
    }
    if (!node.items().empty()) line(indent);
    out += ']';
  } else if (node.is_map()) {
    out += '{';
    for (std::size_t i = 0; i < node.entries().size(); ++i) {
      if (i > 0) out += ',';
      line(indent + 1);
      AppendString(out, node.entries()[i].key);
      out += ": ";
      Append(out, node.entries()[i].value, indent + 1);
    }
    if (!node.entries().empty()) line(indent);
    out += '}';
  } else {
    out += node.text();
  }
}

}  // namespace

Result<Node> ReadJson(std::string_view text, std::string_view name, const Limits& limits) {
  const auto refused = [&](std::string cause) {
    return Error{Code::kInternal, std::string(name), std::move(cause), {}, "report it with the compose file"};
  };
  if (text.size() > limits.bytes) return refused("is too large");
  try {
    std::size_t nodes = 0;
    return FromJson(Json::parse(text), 1, nodes, limits);
  } catch (const std::exception& error) {
    return refused(std::string("is no JSON: ") + error.what());
  }
}

std::string WriteJson(const Node& node) {
  std::string out;
  Append(out, node, 0);
  return out + "\n";
}

}  // namespace edm::yaml
