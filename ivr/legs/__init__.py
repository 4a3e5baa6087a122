"""Legs that we ring, and helpers who ring in: what each hears, and what its keys mean."""
