#include "common/core/compose/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/core/yaml/reader.h"
#include "tests/fakes/memory_file_tree.h"

namespace edm::compose {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

MemoryFileTree Checkout() {
  MemoryFileTree tree({{"Dockerfile", "FROM scratch\n"},
                       {"web/Dockerfile", "FROM scratch\n"},
                       {"a.env", "A=1\n"},
                       {"data/x", ""},
                       {"syntax/Dockerfile", "# syntax=x\nFROM scratch\n"},
                       {"base.yaml", ""}});
  tree.Link("out", "/etc");
  tree.Link("up", "..");
  tree.Link("inside", "data");
  tree.Link("web/linked", "/etc/passwd");
  tree.MakeFifo("fifo");
  return tree;
}

std::vector<Finding> JudgeText(const std::string& text, Document::Form form, const Grants& grants = {},
                               std::set<std::string>* used = nullptr) {
  Document document;
  document.form = form;
  document.file = "compose.yaml";
  auto root = yaml::Read(text, document.file);
  EXPECT_TRUE(root.ok()) << text << ToString(root.error());
  document.root = *root;
  if (form == Document::Form::kRaw) return Judge(document, Checkout(), grants, used);
  auto written = document;
  document.written = &written;
  return Judge(document, Checkout(), grants, used);
}

std::string Service(const std::string& key) {
  return "services:\n  web:\n    image: nginx:1\n    " + key + "\n";
}

std::string PathsOf(const std::vector<Finding>& findings) {
  std::string paths;
  for (const auto& each : findings) {
    if (each.severity == Severity::kRefusal) paths += (paths.empty() ? "" : " ") + each.path;
  }
  return paths;
}

constexpr Document::Form kBoth[] = {Document::Form::kRaw, Document::Form::kEffective};

// One line of a service, and the path that is refused for it.
const std::pair<const char*, const char*> kRefusedInServices[] = {
    {"privileged: true", "services.web.privileged"},
    {"privileged: 'yes'", "services.web.privileged"},
    {"network_mode: host", "services.web.network_mode"},
    {"network_mode: bridge", "services.web.network_mode"},
    {"network_mode: 'container:x'", "services.web.network_mode"},
    {"network_mode: other_net", "services.web.network_mode"},
    {"pid: host", "services.web.pid"},
    {"pid: 'container:x'", "services.web.pid"},
    {"ipc: host", "services.web.ipc"},
    {"uts: host", "services.web.uts"},
    {"userns_mode: host", "services.web.userns_mode"},
    {"cgroup: host", "services.web.cgroup"},
    {"cgroup_parent: /x", "services.web.cgroup_parent"},
    {"volumes: ['/:/host']", "services.web.volumes[0]"},
    {"volumes: ['/etc:/e:ro']", "services.web.volumes[0]"},
    {"volumes: ['/proc:/p']", "services.web.volumes[0]"},
    {"volumes: ['/var/run/docker.sock:/var/run/docker.sock']", "services.web.volumes[0]"},
    {"volumes: ['~/x:/x']", "services.web.volumes[0]"},
    {"volumes: ['../x:/x']", "services.web.volumes[0]"},
    {"volumes: ['./data/../../x:/x']", "services.web.volumes[0]"},
    {"volumes: ['./out:/x']", "services.web.volumes[0]"},
    {"volumes: ['./out/passwd:/x']", "services.web.volumes[0]"},
    {"volumes: ['./up:/x']", "services.web.volumes[0]"},
    {"volumes: ['./fifo:/x']", "services.web.volumes[0]"},
    {"volumes: [{type: bind, source: /etc, target: /e}]", "services.web.volumes[0].source"},
    {"volumes: [{type: bind, source: ./data, target: /e, read_only: true, bind: {propagation: shared}}]",
     "services.web.volumes[0]"},
    {"volumes: ['./data:/d:ro,rshared']", "services.web.volumes[0]"},
    {"volumes: [{type: npipe, source: x, target: /e}]", "services.web.volumes[0]"},
    {"volumes: [{type: volume, source: /etc, target: /e}]", "services.web.volumes[0]"},
    {"volumes: ['C:\\x:/x']", "services.web.volumes[0]"},
    {"volumes: [[]]", "services.web.volumes[0]"},
    {"volumes: x", "services.web.volumes"},
    {"volumes_from: ['container:x']", "services.web.volumes_from[0]"},
    {"cap_add: [SYS_ADMIN]", "services.web.cap_add[0]"},
    {"cap_add: [cap_net_admin]", "services.web.cap_add[0]"},
    {"cap_add: [ALL]", "services.web.cap_add[0]"},
    {"devices: ['/dev/kvm:/dev/kvm']", "services.web.devices[0]"},
    {"devices: [{source: /dev/kvm, target: /dev/kvm}]", "services.web.devices[0]"},
    {"devices: /dev/kvm", "services.web.devices"},
    {"device_cgroup_rules: ['a *:* rwm']", "services.web.device_cgroup_rules"},
    {"gpus: all", "services.web.gpus"},
    {"deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}",
     "services.web.deploy.resources.reservations.devices"},
    {"deploy: {replicas: 3}", "services.web.deploy.replicas"},
    {"deploy: {mode: global}", "services.web.deploy.mode"},
    {"deploy: {x: 1}", "services.web.deploy.x"},
    {"scale: 2", "services.web.scale"},
    {"security_opt: ['seccomp:unconfined']", "services.web.security_opt[0]"},
    {"security_opt: ['apparmor=unconfined']", "services.web.security_opt[0]"},
    {"security_opt: ['no-new-privileges:false']", "services.web.security_opt[0]"},
    {"sysctls: {kernel.core_pattern: x}", "services.web.sysctls[\"kernel.core_pattern\"]"},
    {"sysctls: ['vm.swappiness=1']", "services.web.sysctls[0]"},
    {"runtime: runc2", "services.web.runtime"},
    {"restart: sometimes", "services.web.restart"},
    {"restart: 'on-failure:'", "services.web.restart"},
    {"restart: 'on-failure:x'", "services.web.restart"},
    {"container_name: db", "services.web.container_name"},
    {"ports: ['80:80']", "services.web.ports[0]"},
    {"ports: ['0.0.0.0:443:80']", "services.web.ports[0]"},
    {"ports: [{target: 80, published: '22'}]", "services.web.ports[0]"},
    {"ports: ['1-65535']", "services.web.ports[0]"},
    {"ports: ['1-60', '100-150']", "services.web.ports"},
    {"ports: ['80/sctp']", "services.web.ports[0]"},
    {"ports: [x]", "services.web.ports[0]"},
    {"ports: ['70000']", "services.web.ports[0]"},
    {"ports: ['0']", "services.web.ports[0]"},
    {"external_links: [x]", "services.web.external_links"},
    {"credential_spec: {file: x}", "services.web.credential_spec"},
    {"storage_opt: {size: 1G}", "services.web.storage_opt"},
    {"blkio_config: {weight: 10}", "services.web.blkio_config"},
    {"cpu_rt_runtime: 400ms", "services.web.cpu_rt_runtime"},
    {"oom_kill_disable: true", "services.web.oom_kill_disable"},
    {"oom_score_adj: -500", "services.web.oom_score_adj"},
    {"annotations: {a: b}", "services.web.annotations"},
    {"labels: {dev.edm.instance: other}", "services.web.labels[\"dev.edm.instance\"]"},
    {"labels: ['com.docker.compose.project=x']", "services.web.labels[0]"},
    {"logging: {driver: syslog}", "services.web.logging.driver"},
    {"stop_grace_period: 3h", "services.web.stop_grace_period"},
    {"post_start: [{command: x, privileged: true}]", "services.web.post_start"},
    {"use_api_socket: true", "services.web.use_api_socket"},
    {"environment: {'A B': x}", "services.web.environment[\"A B\"]"},
    {"environment: {'A$B': x}", "services.web.environment[\"A$B\"]"},
    {"environment: {A: [1]}", "services.web.environment.A"},
    {"networks: {default: {ipv4_address: 10.0.0.2}}", "services.web.networks.default.ipv4_address"},
    {"networks: {default: {driver_opts: {a: b}}}", "services.web.networks.default.driver_opts"},
    {"imgae: x", "services.web.imgae"},
    {"env_file: /etc/passwd", "services.web.env_file"},
    {"env_file: [a.env, ../x.env]", "services.web.env_file[1]"},
    {"env_file: fifo", "services.web.env_file"},
    {"env_file: none.env", "services.web.env_file"},
    {"env_file: [{path: out/passwd, required: false}]", "services.web.env_file[0].path"},
    {"extends: {file: /etc/x.yaml, service: x}", "services.web.extends.file"},
    {"extends: {file: ../x.yaml, service: x}", "services.web.extends.file"},
    {"extends: {file: 'https://x/y.yaml', service: x}", "services.web.extends.file"},
    {"build: ../x", "services.web.build"},
    {"build: 'https://github.com/a/b.git'", "services.web.build"},
    {"build: 'git@github.com:a/b.git'", "services.web.build"},
    {"build: {context: none}", "services.web.build.context"},
    {"build: {context: up}", "services.web.build.context"},
    {"build: {context: web, network: host}", "services.web.build.network"},
    {"build: {context: web, secrets: [x]}", "services.web.build.secrets"},
    {"build: {context: web, ssh: [default]}", "services.web.build.ssh"},
    {"build: {context: web, additional_contexts: {a: /}}", "services.web.build.additional_contexts"},
    {"build: {context: web, privileged: true}", "services.web.build.privileged"},
    {"build: {context: web, entitlements: [security.insecure]}", "services.web.build.entitlements"},
    {"build: {context: web, cache_to: ['type=local,dest=/x']}", "services.web.build.cache_to"},
    {"build: {context: web, contxt: x}", "services.web.build.contxt"},
};

TEST(Policy, RefusesInServices) {
  for (const auto& [key, path] : kRefusedInServices) {
    for (const auto form : kBoth) {
      const auto findings = JudgeText(Service(key), form);
      EXPECT_EQ(PathsOf(findings), path) << key;
      if (findings.empty()) continue;
      EXPECT_THAT(findings[0].error.object, HasSubstr("compose.yaml:4:")) << key;
      EXPECT_FALSE(findings[0].error.cause.empty() || findings[0].error.hint.empty()) << key;
    }
  }
}

// What only the last gate can know.
TEST(Policy, RefusesInEffectiveServices) {
  const std::pair<const char*, const char*> cases[] = {
      {"build: {context: web, dockerfile: none}", "services.web.build.dockerfile"},
      {"build: {context: web, dockerfile: ../Dockerfile}", "services.web.build.dockerfile"},
      {"build: {context: web, dockerfile: /etc/passwd}", "services.web.build.dockerfile"},
      {"build: {context: web, dockerfile: linked}", "services.web.build.dockerfile"},
      {"build: syntax", "services.web.build"},
      {"build: {context: web, dockerfile_inline: 'FROM edm/o/web:r1'}",
       "services.web.build.dockerfile_inline"},
      {"build: {context: web, dockerfile_inline: \"ARG X\\nFROM $X\", args: {X: edm/o/web:r1}}",
       "services.web.build.dockerfile_inline"},
      {"volumes: ['./data:/d', './data/x:/x:ro']", "services.web.volumes[1]"},
      {"volumes: ['.:/d', './data:/x']", "services.web.volumes[1]"},
      {"volumes: ['./inside:/d', './data/x:/x:ro']", "services.web.volumes[1]"},
  };
  for (const auto& [key, path] : cases) {
    EXPECT_EQ(PathsOf(JudgeText(Service(key), Document::Form::kEffective)), path) << key;
  }
}

TEST(Policy, RefusesBesideServices) {
  const std::pair<const char*, const char*> cases[] = {
      {"networks: {n: {external: true}}", "networks.n.external"},
      {"networks: {n: {external: {name: bridge}}}", "networks.n.external"},
      {"networks: {n: {driver: host}}", "networks.n.driver"},
      {"networks: {n: {driver: macvlan}}", "networks.n.driver"},
      {"networks: {n: {driver_opts: {com.docker.network.bridge.name: docker0}}}", "networks.n.driver_opts"},
      {"networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}", "networks.n.ipam"},
      {"networks: {n: {enable_ipv6: true}}", "networks.n.enable_ipv6"},
      {"networks: {n: {labels: {dev.edm.x: y}}}", "networks.n.labels[\"dev.edm.x\"]"},
      {"volumes: {v: {external: true}}", "volumes.v.external"},
      {"volumes: {v: {driver: nfs}}", "volumes.v.driver"},
      {"volumes: {v: {driver_opts: {type: none, o: bind, device: /}}}", "volumes.v.driver_opts"},
      {"volumes: {v: {driver_opts: {type: tmpfs, o: bind, device: tmpfs}}}", "volumes.v.driver_opts"},
      {"volumes: {v: {driver_opts: {type: tmpfs, device: /etc}}}", "volumes.v.driver_opts"},
      {"volumes: {v: {driver_opts: {type: nfs, device: ':/x', o: addr=1.2.3.4}}}", "volumes.v.driver_opts"},
      {"configs: {c: {file: /etc/passwd}}", "configs.c.file"},
      {"configs: {c: {external: true}}", "configs.c.external"},
      {"secrets: {s: {file: ../x}}", "secrets.s.file"},
      {"secrets: {s: {file: out/passwd}}", "secrets.s.file"},
      {"secrets: {s: {environment: CONSUL_HTTP_TOKEN}}", "secrets.s.environment"},
      {"secrets: {s: {file: fifo}}", "secrets.s.file"},
      {"include: [/etc/x.yaml]", "include[0]"},
      {"include: [{path: [base.yaml, ../x.yaml]}]", "include[0].path[1]"},
      {"include: [{path: base.yaml, project_directory: /}]", "include[0].project_directory"},
      {"include: [{path: base.yaml, env_file: /etc/passwd}]", "include[0].env_file"},
      {"include: ['oci://x/y']", "include[0]"},
      {"servces: {}", "servces"},
      {"models: {m: {model: x}}", "models"},
  };
  for (const auto& [key, path] : cases) {
    for (const auto form : kBoth) {
      const auto findings = JudgeText("services: {web: {image: 'a:1'}}\n" + std::string(key) + "\n", form);
      EXPECT_EQ(PathsOf(findings), path) << key;
      if (!findings.empty()) {
        EXPECT_THAT(findings[0].error.object, HasSubstr("compose.yaml:2:")) << key;
      }
    }
  }
}

TEST(Policy, RefusesWhatIsNoComposeFile) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", ""},
      {"", ""},
      {"x", ""},
      {"services: []", "services"},
      {"services: {web: x}", "services.web"},
      {"services: {web: }", "services.web"},
      {"services: {web: {}}", "services.web"},
      {"services: {Web: {image: 'a:1'}}", "services.Web"},
      {"services: {'a b': {image: 'a:1'}}", "services[\"a b\"]"},
      {"services: {'../x': {image: 'a:1'}}", "services[\"../x\"]"},
      {"services: {a: {image: 'a:1', labels: 1, ports: {}}}", "services.a.ports"},
      {"services: {web: {image: 'edm/other/web:r1'}}", "services.web.image"},
      {"services: {web: {image: 'docker.io/edm/other/web:r1'}}", "services.web.image"},
      {"services: {web: {image: '0123456789ab'}}", "services.web.image"},
      {"services: {web: {image: 'sha256:ab'}}", "services.web.image"},
      {"services: {web: {image: []}}", "services.web.image"}};
  for (const auto& [text, path] : cases) {
    const auto findings = JudgeText(text, Document::Form::kRaw);
    ASSERT_TRUE(HasRefusal(findings)) << text;
    EXPECT_EQ(findings[0].path, path) << text;
  }
}

TEST(Policy, LetsOrdinaryFilesPass) {
  const char* keys[] = {
      "privileged: false",
      "network_mode: none",
      "network_mode: 'service:db'",
      "pid: 'service:db'",
      "ipc: shareable",
      "cgroup: private",
      "volumes: ['data:/d', '/anon', './data:/d:ro', './inside:/e:ro', {type: tmpfs, target: /t}]",
      "tmpfs: [/tmp]",
      "cap_add: [NET_BIND_SERVICE, cap_chown]",
      "cap_drop: [ALL]",
      "security_opt: ['no-new-privileges:true']",
      "sysctls: {net.core.somaxconn: 100}",
      "ports: ['2000', 3000, '8080:80', '127.0.0.1:9000:90/udp', '3001-3003']",
      "expose: ['80']",
      "scale: 1",
      "deploy: {replicas: 1, resources: {limits: {cpus: '0.5', memory: 1g, pids: 9}}}",
      "labels: {traefik.enable: 'true'}",
      "logging: {driver: json-file, options: {max-size: 1m}}",
      "stop_grace_period: 1m30s",
      "environment: [A=b, C, 'D=e=f']",
      "environment: {A: 1, B: true, C: , D: 1.5}",
      "env_file: a.env",
      "env_file: [{path: none.env, required: false}]",
      "extends: {file: base.yaml, service: x}",
      "extends: {service: db}",
      "build: web",
      "build: {context: ./web, dockerfile: Dockerfile, args: [A=b], target: x, network: none, labels: {a: "
      "b}}",
      "depends_on: {db: {condition: service_healthy}}",
      "healthcheck: {test: [CMD, x]}",
      "x-anything: {privileged: true}",
      "ulimits: {nofile: 100}",
      "extra_hosts: ['a:1.2.3.4']",
      "profiles: [debug]",
      "restart: always",
      "restart: no",
      "restart: unless-stopped",
      "restart: 'on-failure:3'",
      "oom_score_adj: 500",
      "networks: {default: {aliases: [x]}}",
      "networks: [default]",
      "platform: linux/amd64",
      "devices: []",
      "gpus:"};
  for (const auto* key : keys) {
    for (const auto form : kBoth) EXPECT_EQ(PathsOf(JudgeText(Service(key), form)), "") << key;
  }
  const char* beside[] = {"version: '3.8'",
                          "name: x",
                          "networks: {n: {internal: true, driver: bridge}}",
                          "volumes: {v: }",
                          "volumes: {v: {driver_opts: {type: tmpfs, device: tmpfs, o: 'size=1m,uid=1000'}}}",
                          "configs: {c: {content: x}, d: {file: ./a.env}}",
                          "secrets: {s: {file: a.env}}",
                          "include: [base.yaml]",
                          "x-common: {privileged: true}",
                          "networks: {n: {ipam: {driver: default}}}"};
  for (const auto* key : beside) {
    for (const auto form : kBoth) {
      EXPECT_EQ(PathsOf(JudgeText("services: {web: {image: 'a:1'}}\n" + std::string(key) + "\n", form)), "")
          << key;
    }
  }
}

TEST(Policy, WarnsOfDataThatARedeployLoses) {
  const auto findings =
      JudgeText(Service("volumes: ['./data:/d', './new:/n', './data:/e:ro', 'v:/v']"), Document::Form::kRaw);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_THAT(findings[0].error.cause, HasSubstr("lost with a redeploy"));
  EXPECT_THAT(findings[1].error.cause, HasSubstr("is not in the source"));
}

TEST(Policy, GrantsOpenExactlyWhatTheyName) {
  Grants grants;
  grants.binds = {{"/srv/models", false}, {"/srv/out", true}};
  grants.devices = {"/dev/dri"};
  grants.capabilities = {"NET_ADMIN"};
  grants.networks = {"shared"};
  grants.volumes = {"models"};
  grants.runtimes = {"runsc"};
  grants.gpus = grants.low_ports = true;
  const char* opened[] = {"volumes: ['/srv/models/a:/m:ro']",
                          "volumes: ['/srv/out:/o']",
                          "devices: ['/dev/dri:/dev/dri']",
                          "cap_add: [CAP_NET_ADMIN]",
                          "runtime: runsc",
                          "gpus: all",
                          "ports: ['80:80']"};
  for (const auto* key : opened) {
    std::set<std::string> used;
    EXPECT_EQ(PathsOf(JudgeText(Service(key), Document::Form::kRaw, grants, &used)), "") << key;
    EXPECT_EQ(used.size(), 1U) << key;
  }
  std::set<std::string> used;
  EXPECT_EQ(PathsOf(JudgeText("services: {w: {image: 'a:1'}}\nnetworks: {shared: {external: true}, n: "
                              "{external: true, name: shared}}\n"
                              "volumes: {models: {external: true}}\n",
                              Document::Form::kRaw, grants, &used)),
            "");
  EXPECT_THAT(used, ::testing::ElementsAre("network shared", "volume models"));
  const char* closed[] = {"volumes: ['/srv/models/a:/m']",
                          "volumes: ['/srv/models/../x:/m:ro']",
                          "volumes: ['/srv/modelsx:/m:ro']",
                          "cap_add: [SYS_ADMIN]",
                          "cap_add: [ALL]",
                          "devices: ['/dev/kvm']",
                          "runtime: x"};
  for (const auto* key : closed)
    EXPECT_NE(PathsOf(JudgeText(Service(key), Document::Form::kRaw, grants)), "") << key;
}

TEST(Policy, PutsAllRefusalsIntoOneError) {
  const auto findings =
      JudgeText(Service("privileged: true\n    pid: host\n    volumes: ['./data:/d']"), Document::Form::kRaw);
  const auto error = AsError(findings);
  EXPECT_EQ(error.object, "compose.yaml:4:17 services.web.privileged");
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  ASSERT_EQ(error.evidence.size(), 1U);
  EXPECT_THAT(error.evidence[0], HasSubstr("services.web.pid"));
}

}  // namespace
}  // namespace edm::compose
