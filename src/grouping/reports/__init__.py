"""The edge to people: what is said on screen."""
