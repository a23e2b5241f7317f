"""A supplier's invoice or usage export beside the log: what is on one side only, and where the sums differ."""
