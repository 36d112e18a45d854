"""What lies outside: a small protocol each, one real adapter, and a default that needs no network."""
