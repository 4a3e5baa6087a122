"""Telephony providers, one module each, behind the contract in `contract.py`."""
