#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edmctl/inventory/inventory.h"

namespace edm::ctl {

// The forms that are read; deploy/edm-workers.schema.json says what ours may hold.
enum class InventoryForm : std::uint8_t { kOurs, kAnsibleIni, kAnsibleYaml, kHostsJson };

// "edm", "ansible-ini", "ansible-yaml", "hosts-json"; nothing for any other word.
std::optional<InventoryForm> FormNamed(std::string_view word);
std::vector<std::string> FormNames();

// By what stands in it: a bracket section or no YAML at all is Ansible's INI, a brace hosts.json, a map with
// `workers` ours.
InventoryForm FormOf(std::string_view text);

// Error: the first problem as "FILE:LINE:COLUMN ...", the others as evidence.
Result<Inventory> ReadInventory(std::string_view text, const std::string& file,
                                std::optional<InventoryForm> form);

// One for each form, called by ReadInventory.
Result<Inventory> ReadOurs(std::string_view text, const std::string& file);
Result<Inventory> ReadAnsibleIni(std::string_view text, const std::string& file);
Result<Inventory> ReadAnsibleYaml(std::string_view text, const std::string& file);
// Both generations of St. Kilda Pier's: labels as a list of maps with one key each, or as one map; groups or
// roles.
Result<Inventory> ReadHostsJson(std::string_view text, const std::string& file);

}  // namespace edm::ctl
