"""What callers have asked to be called back about."""
