"""One plain function for each route, one module a noun."""
