"""Recordings in, telephone clips out. Knows nothing of flows or calls."""
