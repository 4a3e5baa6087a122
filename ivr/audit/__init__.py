"""Who did what, when: append-only, and chained so that nothing can be changed unnoticed."""
