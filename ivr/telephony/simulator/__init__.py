"""A telephone network of this machine's own: a telephone in the browser, one in the terminal, and the exchange.

It executes replies as a provider would. `static/` holds the same interpreter for the browser; conformance cases in the
tests hold the two to each other.
"""
