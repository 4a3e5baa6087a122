"""The directory of help near the caller."""
