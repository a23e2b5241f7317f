"""A log decided again in a changed world: what is placed as before, elsewhere, or refused, and what would mend it."""
