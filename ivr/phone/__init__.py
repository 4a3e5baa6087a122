"""Webhooks: what the telephone network posts, and what it is answered."""
