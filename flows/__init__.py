"""The language of flows: what a caller can hear and key. This room does no I/O while a call runs."""
