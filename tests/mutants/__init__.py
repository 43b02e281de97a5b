"""Mutation testing: each small fault that a slip could put into a module must make one of its tests fail."""
