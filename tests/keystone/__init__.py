"""A real Keystone for tests: made once by `make keystone`, started when a test asks for it."""
