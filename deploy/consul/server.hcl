# A Consul server for edm: state, catalog and DNS. Run three of them (bootstrap_expect = 3) for a cluster that
# must survive the loss of one.
server           = true
bootstrap_expect = 1
data_dir         = "/var/lib/consul"
bind_addr        = "{{ GetPrivateIP }}"
client_addr      = "127.0.0.1"
# encrypt        = "the output of: consul keygen"

performance {
  raft_multiplier = 1
}

acl {
  enabled                  = true
  default_policy           = "deny"
  enable_token_persistence = true
}
