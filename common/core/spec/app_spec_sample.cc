#include "common/core/spec/app_spec.h"

namespace edm {

std::string_view AppSpecSample() {
  return R"yaml(# What edm does with this folder beyond its compose file or Dockerfile. Every key is optional.

# template: node-store        # a template whose files lie under these ones
# compose: deploy/compose.yaml  # when it is not one of compose.yaml, compose.yml, docker-compose.yaml, .yml

# publish:                    # ports that people reach; without it all that the services name under "ports"
#   - service: web
#     port: 8000

# health:                     # when the start counts as done, beside the services' own healthchecks
#   path: /healthz
#   port: 8000
#   time: 60s

# build:
#   args:
#     BASE_IMAGE: node:20

# replicas: 3                 # members of an instance that is made of it; later: edmctl scale

# oneshot: [migrate]          # services that end with 0 instead of running on

# render:                     # files made at start and mounted; {{ url }}, {{ address.web.8000 }}, {{ id }},
#   - from: config/app.json   # {{ owner }}, {{ project }} and {{ generated.any_name }} are filled in
#     to: /etc/app.json
#     services: [web]
)yaml";
}

}  // namespace edm
