"""Which services a caller may hear."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from referrals.model import Service
from referrals.search import MOST_DAYS_UNVERIFIED, MOST_READ_OUT, find

TODAY = date(2026, 3, 1)

services = st.builds(
    Service,
    id=st.text("abcdef", min_size=1, max_size=6),
    need=st.sampled_from(["health", "food"]),
    area=st.sampled_from(["", "coast", "hills"]),
    prompts=st.just(("name",)),
    listing=st.sampled_from(["pending", "whitelisted", "suspended", "blacklisted"]),
    verified_on=st.dates(TODAY - timedelta(days=400), TODAY),
)


@given(st.lists(services, max_size=12), st.sampled_from([None, "coast", "hills"]))
def test_only_what_may_be_heard_is_found(listed: list[Service], area: str | None) -> None:
    """Whatever is listed, a caller hears at most three, all whitelisted, checked lately, fitting and of her area."""
    found = find(listed, "health", area, TODAY)
    assert len(found) <= MOST_READ_OUT
    for service in found:
        assert service.listing == "whitelisted"
        assert (TODAY - service.verified_on).days <= MOST_DAYS_UNVERIFIED
        assert service.need == "health"
        assert area is None or service.area in ("", area)


@given(st.lists(services, max_size=12))
def test_nothing_better_is_left_out(listed: list[Service]) -> None:
    """Of all that may be heard, those of the caller's own area come first, and none is passed over for a lesser one."""
    found = find(listed, "health", "coast", TODAY)
    near = [s for s in find_all(listed) if s.area == "coast"]
    assert len([s for s in found if s.area == "coast"]) == min(len(near), MOST_READ_OUT)


def find_all(listed: list[Service]) -> list[Service]:
    """Every service that may be heard for health at the coast, without a limit."""
    return [s for one in listed for s in find([one], "health", "coast", TODAY)]
