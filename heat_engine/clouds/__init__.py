"""The one way to the outside: clouds behind one interface."""
