#include <gtest/gtest.h>

#include "edmctl/inventory/host_range.h"
#include "edmctl/inventory/ini_words.h"
#include "edmctl/inventory/read.h"
#include "edmctl/output/worker_plan.h"
#include "tests/unit/edmctl/golden.h"

namespace edm::ctl {
namespace {

// "id target label=value,..." a line; then "! " and each warning.
std::string Shown(const Inventory& inventory) {
  std::string text;
  for (const auto& worker : inventory.workers) {
    text += worker.id + " " + ToText(worker.target);
    const char* before = " ";
    for (const auto& [key, value] : worker.labels) {
      text += before + key + "=" + value;
      before = ",";
    }
    text += "\n";
  }
  for (const auto& warning : inventory.warnings) text += "! " + ToString(warning) + "\n";
  return text;
}

// What was read, or every problem on a line of its own.
std::string Read(const std::string& text, std::optional<InventoryForm> form = std::nullopt) {
  const auto inventory = ReadInventory(text, "f", form);
  if (inventory.ok()) return Shown(*inventory);
  auto shown = ToString(inventory.error()) + "\n";
  for (const auto& more : inventory.error().evidence) shown += more + "\n";
  return shown;
}

TEST(OwnInventory, TakesDefaultsForWhatAWorkerDoesNotSay) {
  EXPECT_EQ(Read(R"(defaults: { user: root, port: 2222, labels: { zone: a, disk: ssd } }
workers:
  worker-1: { host: 10.0.0.11 }
  worker-2:
    host: w2.example.org
    user: admin
    port: 22
    labels: { zone: b }
  worker-3:
)"),
            "worker-1 root@10.0.0.11:2222 disk=ssd,zone=a\n"
            "worker-2 admin@w2.example.org:22 disk=ssd,zone=b\n"
            "worker-3 root@worker-3:2222 disk=ssd,zone=a\n");
}

TEST(OwnInventory, SaysWhereEachMistakeIs) {
  struct Row {
    const char* text;
    const char* said;
  };
  for (const auto& row : {
           Row{"workers:\n  w1: { hots: a }\n", "f:2:9 workers.w1.hots: "},
           Row{"workers:\n  w1: { hots: a }\n", "did you mean 'host'?"},
           Row{"worker:\n  w1: {}\n", "did you mean 'workers'?"},
           Row{"workers:\n  W_1: { host: a }\n", "f:2:3: W_1 is no id of a worker"},
           Row{"workers:\n  w1: { host: -oProxyCommand=x }\n", "no host name"},
           Row{"workers:\n  w1: { host: \"a b\" }\n", "f:2:3 w1: it is no host name"},
           Row{"workers:\n  w1: { user: \"a;b\" }\n", "it is no user's name"},
           Row{"workers:\n  w1: { port: 70000 }\n", "f:2:15 workers.w1.port"},
           Row{"workers:\n  w1: { labels: { k: \"a\\nb\" } }\n", "label k has a character"},
           Row{"workers:\n  w1: {}\n  w1: {}\n", "f:3:3"},
           Row{"workers: [w1]\n", "f:1:10 workers: is a list, not a map"},
           Row{"workers: {\n", "is no YAML"},
           Row{"", "f workers: there are none"},
       }) {
    EXPECT_NE(Read(row.text, InventoryForm::kOurs).find(row.said), std::string::npos)
        << row.text << Read(row.text, InventoryForm::kOurs);
  }
}

TEST(HostsJson, ReadsBothGenerations) {
  EXPECT_EQ(Read(R"({
  "c01" : {
    "ipv4" : "10.0.0.4",
    "labels" : [
        {"registry" : "enable"},
        {"mysql" : "disable"},
        {"spark-master" : "enable"}
    ],
    "groups" : ["master", "manager"]
  },
  "c02" : {
    "ipv4" : "10.0.0.5",
    "labels" : {"spark-worker":"enable", "kafka":"disable"},
    "roles" : ["slave"]
  }
}
)"),
            "c01 10.0.0.4 group.manager=true,group.master=true,registry=enable,spark-master=enable\n"
            "c02 10.0.0.5 group.slave=true,spark-worker=enable\n");
}

TEST(HostsJson, SaysWhereEachMistakeIs) {
  struct Row {
    const char* text;
    const char* said;
  };
  for (const auto& row : {
           Row{"{\n\t\"c01\": {\"ipv4\": \"10.0.0.4\",\n\t\t\"lables\": []}}", "f:3:3 c01.lables: "},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\", \"lables\": []}}", "did you mean 'labels'?"},
           Row{"{\"c01\": {\"labels\": []}}", "f:1:9 c01: its address is missing"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0\"}}", "f:1:18 c01.ipv4: 10.0.0 is no IPv4 address"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\", \"labels\": [{\"a\": \"enable\", \"b\": \"enable\"}]}}",
               "no map with one key"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\", \"labels\": \"a\"}}", "neither a list nor a map"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\", \"labels\": {\"a\": \"enabled\"}}}", "does not select it"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\", \"groups\": [\"mangaer\"]}}", "did you mean manager?"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\"}, \"c01\": {}}", "f:1:"},
           Row{"{\"c01\": {\"ipv4\": \"10.0.0.4\"}", "f:1:29: is no JSON"},
           Row{"{\"c01\":\n  {\"ipv4\" \"10.0.0.4\"}}", "f:2:20: is no JSON"},
           Row{"[]", "it is a list, not a map of hosts"},
       }) {
    EXPECT_NE(Read(row.text, InventoryForm::kHostsJson).find(row.said), std::string::npos)
        << row.text << "\n"
        << Read(row.text, InventoryForm::kHostsJson);
  }
}

TEST(AnsibleIni, PutsGroupsAndVariablesTogetherAsAnsibleDoes) {
  EXPECT_EQ(Read(R"(# the lab
mail.example.org
gate ansible_host=10.0.0.1 ansible_port=2222   # by its address

[web]
web[01:03].example.org ansible_user=deploy
gate

[db]
db-[a:b]:2200

[prod:children]
web
db

[prod:vars]
ansible_user = "ops"

[all:vars]
ansible_user=root
)"),
            "mail root@mail.example.org\n"
            "gate ops@10.0.0.1:2222 group.prod=true,group.web=true\n"
            "web01 deploy@web01.example.org group.prod=true,group.web=true\n"
            "web02 deploy@web02.example.org group.prod=true,group.web=true\n"
            "web03 deploy@web03.example.org group.prod=true,group.web=true\n"
            "db-a ops@db-a:2200 group.db=true,group.prod=true\n"
            "db-b ops@db-b:2200 group.db=true,group.prod=true\n");
}

TEST(AnsibleIni, SaysWhatItLeavesOut) {
  const auto said = Read(R"([web]
w1 ansible_hots=10.0.0.1 http_port=80 color="dark blue" ansible_ssh_private_key_file=~/k
)");
  EXPECT_NE(said.find("f:2:4 ansible_hots: it is not known, and left out (did you mean ansible_host?)"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("2 variables of Ansible's own left out: color, http_port"), std::string::npos) << said;
  EXPECT_NE(said.find("ansible_ssh_private_key_file: edm takes this from ssh's own configuration"),
            std::string::npos)
      << said;
}

TEST(AnsibleIni, SaysWhereEachMistakeIs) {
  struct Row {
    const char* text;
    const char* said;
  };
  for (const auto& row : {
           Row{"[web:childen]\nx\n",
               "f:1:6 web:childen: childen is no kind of section (did you mean children?)"},
           Row{"[a]\nw1\n[p:children]\nb\n", "f:4:1 p: there is no group b"},
           Row{"[a]\nw1 junk\n", "f:2:4 w1: junk is no variable"},
           Row{"[a]\nw[3:1]\n", "f:2:1 w[3:1]: [3:1] counts down"},
           Row{"[a]\nw[1:3\n", "the ] of a range is missing"},
           Row{"[a]\nw[1:99999]\n", "more than 10000 hosts"},
           Row{"[a]\nw1 ansible_port=ssh\n", "f:2:4 w1: ssh is no port"},
           Row{"[a]\nw1 x=\"open\n", "f:2:1: a quote is not closed"},
           Row{"[a]\nw1 ansible_host=-oProxyCommand=x\n", "no host name"},
           Row{"[a]\n10.0.0.1\n", "f:2:1: 10.0.0.1 is no id of a worker"},
           Row{"[a]\nw1.lan\nw1.wan\n", "f:3:1 w1: there is one of that id at 2:1"},
           Row{"[a:children]\nb\n[b:children]\na\n[c]\nw1\n", "it is a child of itself"},
       }) {
    EXPECT_NE(Read(row.text, InventoryForm::kAnsibleIni).find(row.said), std::string::npos)
        << row.text << Read(row.text, InventoryForm::kAnsibleIni);
  }
}

TEST(AnsibleYaml, ReadsGroupsWithinGroups) {
  EXPECT_EQ(Read(R"(all:
  vars: { ansible_user: root }
  hosts:
    mail.example.org:
  children:
    web:
      hosts:
        web[1:2]: { ansible_port: 2222 }
      children:
        edge:
          vars: { ansible_user: ops }
          hosts: { gate: { ansible_host: 10.0.0.1 } }
)"),
            "mail root@mail.example.org\n"
            "web1 root@web1:2222 group.web=true\n"
            "web2 root@web2:2222 group.web=true\n"
            "gate ops@10.0.0.1 group.edge=true,group.web=true\n");
}

TEST(AnsibleYaml, SaysWhereEachMistakeIs) {
  struct Row {
    const char* text;
    const char* said;
  };
  for (const auto& row : {
           Row{"all:\n  host:\n    w1:\n", "f:2:3 all.host"},
           Row{"all:\n  host:\n    w1:\n", "did you mean 'hosts'?"},
           Row{"all:\n  hosts:\n    w1: 10.0.0.1\n", "f:3:9 all.hosts.w1: its variables are no map"},
           Row{"all:\n  hosts: [w1]\n", "f:2:10 all.hosts: is a list, not a map"},
           Row{"all:\n  hosts:\n    w1: { ansible_host: !vault x }\n", "f:3:"},
           Row{"- w1\n", "it is a list, not a map of groups"},
       }) {
    EXPECT_NE(Read(row.text, InventoryForm::kAnsibleYaml).find(row.said), std::string::npos)
        << row.text << Read(row.text, InventoryForm::kAnsibleYaml);
  }
}

TEST(InventoryForm, IsToldByWhatStandsInIt) {
  struct Row {
    const char* text;
    InventoryForm form;
  };
  for (const auto& row :
       {Row{"{\"c01\": {}}", InventoryForm::kHostsJson}, Row{"# x\n[web]\nw1\n", InventoryForm::kAnsibleIni},
        Row{"w1 ansible_host=10.0.0.1\n", InventoryForm::kAnsibleIni},
        Row{"10.0.0.1\n10.0.0.2\n", InventoryForm::kAnsibleIni},
        Row{"---\nall:\n  hosts: {}\n", InventoryForm::kAnsibleYaml},
        Row{"web:\n  hosts: {}\n", InventoryForm::kAnsibleYaml},
        Row{"workers:\n  w1: {}\n", InventoryForm::kOurs},
        Row{"defaults: { user: a }\nworkers: {}\n", InventoryForm::kOurs}}) {
    EXPECT_EQ(FormOf(row.text), row.form) << row.text;
  }
  for (const auto& name : FormNames()) EXPECT_TRUE(FormNamed(name)) << name;
  EXPECT_FALSE(FormNamed("toml"));
}

TEST(WorkerPlan, SaysWhatAnImportWouldDo) {
  const auto inventory =
      ReadInventory(R"({"c01": {"ipv4": "10.0.0.4", "labels": {"registry": "enable"}, "groups": ["master"]},
 "c02": {"ipv4": "10.0.0.5"}})",
                    "hosts.json", std::nullopt);
  ASSERT_TRUE(inventory.ok()) << ToString(inventory.error());
  EXPECT_EQ(RenderWorkerPlan(Terminal{}, *inventory, {{"c01", "ready"}}), Golden("worker_plan.txt"));
}

TEST(HostRange, ExpandsAsAnsibleDoes) {
  const auto names = [](const char* pattern) { return ExpandHosts(pattern, 100).value(); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("a"), Names{"a"});
  EXPECT_EQ(names("w[8:10]"), (Names{"w8", "w9", "w10"}));
  EXPECT_EQ(names("w[08:10]x"), (Names{"w08x", "w09x", "w10x"}));
  EXPECT_EQ(names("w[1:7:3]"), (Names{"w1", "w4", "w7"}));
  EXPECT_EQ(names("w[:1]"), (Names{"w0", "w1"}));
  EXPECT_EQ(names("[a:b][1:2]"), (Names{"a1", "a2", "b1", "b2"}));
  for (const auto* bad : {"w[1]", "w[a:5]", "w[1:2:0]", "w[1:2:3:4]", "w[-1:2]", "w]", "w[", "w[08:100]"}) {
    EXPECT_FALSE(ExpandHosts(bad, 100).ok()) << bad;
  }
  EXPECT_EQ(ExpandHosts("[1:20][1:20]", 100).error().code, Code::kResourceExhausted);
}

TEST(SshUrl, TakesUserHostAndPortAndNoPassword) {
  EXPECT_EQ(ParseSshUrl("ssh://root@10.0.0.1:2222").value(), (SshTarget{"root", "10.0.0.1", 2222}));
  EXPECT_EQ(ParseSshUrl("ssh://host.example.org/").value(), (SshTarget{"", "host.example.org", 0}));
  EXPECT_EQ(ParseSshUrl("ssh://a@[fd00::1]:22").value(), (SshTarget{"a", "fd00::1", 22}));
  for (const auto* bad :
       {"root@host", "ssh://", "ssh://@h", "ssh://-oProxyCommand=x", "ssh://h:0", "ssh://h:x",
        "ssh://h:70000", "ssh://a b", "ssh://h/path", "ssh://[fd00::1", "ssh://$(x)@h", "ssh://-x@h"}) {
    EXPECT_FALSE(ParseSshUrl(bad).ok()) << bad;
  }
  const auto secret = ParseSshUrl("ssh://root:hunter2@h");
  ASSERT_FALSE(secret.ok());
  EXPECT_EQ(ToString(secret.error()).find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace edm::ctl
