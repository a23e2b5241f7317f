"""Claims: sentences about every case that the vocabulary can form, decided, never sampled (docs/guides/prove.md)."""
