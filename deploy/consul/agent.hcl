# The agent beside each edm-worker.
data_dir    = "/var/lib/consul"
bind_addr   = "{{ GetPrivateIP }}"
client_addr = "127.0.0.1"
retry_join  = ["master.example.org"]
# encrypt   = "the same key as on the servers"
