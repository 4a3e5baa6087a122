"""The only place where a phone number can be read."""
