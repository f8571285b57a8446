"""What each operation takes and gives, as data: served as an OpenAPI document, held to by tests."""
