"""What a web server loads for the plain way."""

from __future__ import annotations

from benchmarks.plain_way import served

app = served()
