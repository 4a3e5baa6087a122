"""The people who work on the hotline: accounts, roles, signing in, PINs."""
