"""In which time zone a caller is, by the country of the number: it decides when her phone may ring."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


def zone_of_caller(country: str, line_country: str, line_zone: str) -> str:
    """The zone of a number's country. A line's own zone holds for its own country, which may have several; elsewhere
    the one in which most people live, as the time zone database lists it first.
    """
    if country in ("", line_country):
        return line_zone
    return _first_zones().get(country, line_zone)


@lru_cache(maxsize=1)
def _first_zones() -> dict[str, str]:
    """Country, in two letters → its first zone. From zone.tab of the time zone database."""
    found: dict[str, str] = {}
    for line in resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text().splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    return found
