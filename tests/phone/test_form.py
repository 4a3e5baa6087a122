"""Reading a posted form: as the standard library does it, and never with an error."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.phone.form import MOST_FIELDS, NotAForm, read_form

pieces = st.sampled_from(
    [b"a", b"=", b"&", b"+", b"%", b"%41", b"%C3%A9", b"%FF", b"%0", b"%zz", b";", b"0", b"%00"]
)


def by_the_library(body: bytes) -> list[tuple[str, str]] | None:
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (UnicodeError, ValueError):
        return None


@given(st.one_of(st.binary(max_size=200), st.lists(pieces, max_size=30).map(b"".join)))
@example(b"&".join([b"a=1"] * (MOST_FIELDS + 1)))
@example(b"&".join([b"a=1"] * MOST_FIELDS))
def test_a_form_is_read_as_the_library_reads_it(body: bytes) -> None:
    """Whatever is posted, our quick reader and the standard library find the same fields, or both refuse it."""
    wanted = by_the_library(body)
    if wanted is None:
        with pytest.raises(NotAForm):
            read_form(body)
    else:
        assert read_form(body) == wanted
