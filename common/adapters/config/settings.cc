#include "common/adapters/config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm {
namespace {

Error NotA(std::string_view form, std::string_view text) {
  return Error{Code::kInvalidArgument,
               "",
               fmt::format("'{}' is not {}", Shown(text), form),
               {},
               fmt::format("give {}", form)};
}

template <class Number>
Status ReadNumber(std::string_view text, std::string_view form, Number* field) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return NotA(form, text);
  *field = number;
  return Ok();
}

Status ReadBytes(std::string_view text, std::uint64_t* field) {
  constexpr std::string_view kForm = "a size like 512MiB, 2GiB or a number of bytes";
  const auto unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  std::uint64_t number = 0;
  if (!ReadNumber(text.substr(0, unit_at), kForm, &number).ok()) return NotA(kForm, text);
  const std::pair<std::string_view, unsigned> units[] = {{"", 0},     {"B", 0},    {"KiB", 10},
                                                         {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
  for (const auto& [unit, shift] : units) {
    if (text.substr(unit_at) != unit) continue;
    if (number > (~std::uint64_t{0} >> shift)) return NotA(kForm, text);
    *field = number << shift;
    return Ok();
  }
  return NotA(kForm, text);
}

}  // namespace

void Settings::AddKey(Key key) {
  EDM_ASSERT(Find(key.name) == nullptr);
  keys_.push_back(std::move(key));
}

void Settings::Add(std::string name, std::string* field, std::string form, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = std::move(form),
          .set =
              [field](std::string_view text) {
                *field = text;
                return Ok();
              },
          .shown = [field] { return *field; }});
}

void Settings::Add(std::string name, bool* field, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = "true or false",
          .is_switch = true,
          .set = [field](std::string_view text) -> Status {
            if (text != "true" && text != "false") return NotA("true or false", text);
            *field = text == "true";
            return Ok();
          },
          .shown = [field] { return std::string(*field ? "true" : "false"); }});
}

void Settings::Add(std::string name, std::uint32_t* field, std::string form, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = form,
          .set = [field, form](std::string_view text) { return ReadNumber(text, form, field); },
          .shown = [field] { return std::to_string(*field); }});
}

void Settings::Add(std::string name, std::uint64_t* bytes, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = "size",
          .set = [bytes](std::string_view text) { return ReadBytes(text, bytes); },
          .shown = [bytes] { return FormatBytes(*bytes); }});
}

void Settings::Add(std::string name, double* field, std::string form, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = form,
          .set = [field, form](std::string_view text) { return ReadNumber(text, form, field); },
          .shown = [field] { return fmt::format("{}", *field); }});
}

void Settings::Add(std::string name, Millis* field, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = "time",
          .set = [field](std::string_view text) -> Status {
            EDM_TRY(*field, ParseDuration(text));
            return Ok();
          },
          .shown = [field] { return FormatDuration(*field); }});
}

void Settings::Add(std::string name, std::vector<std::string>* field, std::string form, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = std::move(form),
          .is_list = true,
          .set = [field](std::string_view text) -> Status {
            field->clear();
            for (const auto& part : Split(text, ',')) {
              if (!Trim(part).empty()) field->emplace_back(Trim(part));
            }
            return Ok();
          },
          .shown = [field] { return Join(*field, ","); }});
}

void Settings::Add(std::string name, std::map<std::string, std::string>* field, std::string help) {
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = "key=value",
          .is_map = true,
          .set = [field](std::string_view text) -> Status {
            for (const auto& part : Split(text, ',')) {
              if (part.empty()) continue;
              const auto equals = part.find('=');
              if (equals == 0 || equals == std::string::npos) return NotA("key=value", part);
              (*field)[part.substr(0, equals)] = part.substr(equals + 1);
            }
            return Ok();
          },
          .shown =
              [field] {
                std::vector<std::string> pairs;
                for (const auto& [key, value] : *field) pairs.push_back(key + "=" + value);
                return Join(pairs, ",");
              }});
}

void Settings::AddChoice(std::string name, std::string* field, std::vector<std::string> choices,
                         std::string help) {
  auto form = Join(choices, " or ");
  AddKey({.name = std::move(name),
          .help = std::move(help),
          .form = form,
          .set = [field, choices = std::move(choices), form](std::string_view text) -> Status {
            if (std::ranges::find(choices, text) == choices.end()) return NotA(form, text);
            *field = text;
            return Ok();
          },
          .shown = [field] { return *field; }});
}

Settings::Key* Settings::Find(std::string_view name) {
  const auto found = std::ranges::find(keys_, name, &Key::name);
  return found == keys_.end() ? nullptr : &*found;
}

std::vector<std::string> Settings::Names() const {
  std::vector<std::string> names;
  for (const auto& key : keys_) names.push_back(key.name);
  return names;
}

std::string Settings::VariableOf(const Key& key) const {
  std::string variable = prefix_;
  for (const auto c : key.name)
    variable += c == '.' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  return variable;
}

std::string Settings::FlagOf(const Key& key) {
  auto flag = "--" + key.name;
  std::ranges::replace_if(
      flag, [](char c) { return c == '.' || c == '_'; }, '-');
  return flag;
}

}  // namespace edm
