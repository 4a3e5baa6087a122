"""What is judged, and how. PURE: facts in, findings out. ivr.operations.facts gathers the facts."""
