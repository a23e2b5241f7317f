"""What answers tell of themselves, dialect by dialect: why they end, what they took, where a stream is over."""
