#include "common/core/compose/rules/image.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/names.h"

namespace edm::compose {

std::optional<ImageRefusal> WhyNotImage(std::string_view reference) {
  const auto folded = Folded(reference);
  std::string_view name = folded;
  for (const std::string_view registry : {"docker.io/", "index.docker.io/", "registry-1.docker.io/"}) {
    if (name.starts_with(registry)) name.remove_prefix(registry.size());
  }
  if (name.starts_with("edm/")) {
    return ImageRefusal{"'" + Shown(reference) + "' belongs to an instance of edm",
                        "name the image that it was built from, or build it here"};
  }
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           std::string_view("._/:@-").find(c) != std::string_view::npos;
  };
  const bool is_open = name.find('$') != std::string_view::npos;  // judged again once its variables are known
  const auto first = name.empty() ? '\0' : name.front();
  if (!is_open && !name.empty() && (!std::ranges::all_of(name, fits) || first == '-' || first == '/')) {
    return ImageRefusal{"'" + Shown(reference) + "' is not an image's name", "write it as nginx:1.27"};
  }
  const bool is_hex =
      std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (name.starts_with("sha256:") || (is_hex && !name.empty())) {
    return ImageRefusal{"'" + Shown(reference) + "' may be the id of somebody else's image",
                        "write the image's name with its tag, as nginx:1.27"};
  }
  return {};
}

}  // namespace edm::compose
