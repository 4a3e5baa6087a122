"""What may be kept of a callback: an anonymised row each. And what a helper still has to fill in."""
