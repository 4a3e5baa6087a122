"""Between the two questions at the helpers' door the phone code stands in an address, where nobody can read it."""

from __future__ import annotations

from tests.people.house import House


def test_a_phone_code_in_an_address_can_be_read_in_its_own_call_only(house: House) -> None:
    """Joseph keys 4711: the address has no digits of it and never looks the same twice, and Mallory's call, or a
    changed address, gets nothing out of it."""
    pins = house.parts.pins
    covered = [pins.cover("4711", "CA1") for _ in range(2)]
    assert covered[0] != covered[1]
    assert not any("4711" in one for one in covered)
    assert all(one.isascii() and one.replace("-", "").replace("_", "").isalnum() for one in covered)
    assert [pins.uncover(one, "CA1") for one in covered] == ["4711", "4711"]
    assert pins.uncover(covered[0], "CA2") == ""
    for changed in ("", "4711", covered[0][:-4], covered[0][1:], "é" * 40, "!" * 40):
        assert pins.uncover(changed, "CA1") == ""
