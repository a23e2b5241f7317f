"""Kinds of changes, one a file: each makes atoms, the smallest parts that can be undone by themselves."""
