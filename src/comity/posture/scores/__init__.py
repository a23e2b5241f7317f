"""What a stack depends on, seen from one jurisdiction: each score opens to its facts; a missing fact is a range."""
