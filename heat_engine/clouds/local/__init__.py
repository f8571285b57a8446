"""The embedded cloud: servers are process trees of this machine, networks are loopback ranges."""
