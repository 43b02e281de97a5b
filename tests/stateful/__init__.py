"""A model world in which everything may happen to a desk in any order, and what must hold whatever happens."""
