"""Whatever a hotline replies and whatever a caller does, a call never breaks the telephone and never lasts for ever."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.drive import Drive

PATHS = ["/voice", "/a", "/b", "/gone"]

sounds = st.sampled_from(
    [
        "<Play>/a.wav</Play>",
        "<Play>/gone.wav</Play>",
        '<Pause length="2"/>',
        "<Say>one two</Say>",
        "<Play/>",
        "<Pause/>",
    ]
)
number = st.sampled_from(["", "0", "1", "6", "-1", "x", "٣"])
path = st.sampled_from(PATHS)


def attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"'


gathers = st.builds(
    lambda inside, timeout, digits, finish, action: (
        f"<Gather{attribute('timeout', timeout)}{attribute('numDigits', digits)}"
        f"{attribute('finishOnKey', finish)}{attribute('action', action)}>{inside}</Gather>"
    ),
    st.lists(sounds, max_size=3).map("".join),
    number,
    number,
    st.sampled_from(["", "#", "*"]),
    path,
)
records = st.builds(lambda most, action: f'<Record maxLength="{most}" action="{action}"/>', number, path)
dials = st.builds(
    lambda timeout, action: (
        f'<Dial callerId="+12025550100" timeout="{timeout}" action="{action}">+12025550150</Dial>'
    ),
    number,
    st.sampled_from(["", *PATHS]),
)
redirects = path.map(lambda to: f"<Redirect>{to}</Redirect>")
others = st.sampled_from(["<Hangup/>", "<Reject/>", "<Fly/>", "text", "<Response/>"])
replies = st.one_of(
    st.lists(st.one_of(sounds, gathers, records, dials, redirects, others), max_size=4).map(
        lambda verbs: f"<Response>{''.join(verbs)}</Response>"
    ),
    st.sampled_from(["", "<Response>", "<Answer/>"]),
)
moves = st.one_of(
    st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
    st.tuples(st.just("recording kept"), st.integers(0, 9)),
    st.tuples(st.just("party answers"), st.none()),
    st.tuples(st.just("party ends"), st.sampled_from(["busy", "completed", "failed"])),
    st.tuples(st.just("sent elsewhere"), path),
    st.tuples(st.just("late clip end"), st.integers(0, 5)),
    st.tuples(st.just("hangs up"), st.none()),
)


@settings(deadline=None, max_examples=300)
@given(
    st.fixed_dictionaries(dict.fromkeys(["/voice", "/a", "/b"], replies)),
    st.lists(st.tuples(st.floats(0, 60), moves), max_size=12),
    st.booleans(),
)
def test_every_call_ends(given_replies: dict[str, str], steps: list[Any], with_fallback: bool) -> None:
    """Random replies and random callers: no exception, one end, and nothing is said or done after it."""
    caller = [[at, *move] for at, move in sorted(steps, key=lambda step: step[0])]
    end = [
        [600 + n, *move]
        for n, move in enumerate([("recording kept", 0), ("hangs up", None), ("recording kept", 0)])
    ]
    case = {
        "replies": given_replies,
        "clips": {"/a.wav": 3},
        "caller": [*caller, *end],
        "opening": {"status": "/status", **({"fallback": "/b"} if with_fallback else {})},
    }
    trace = Drive(case).run()
    ended = [line for line in trace if " ended " in line]
    if trace[-1].endswith("stuck"):
        assert len(trace) > 500
        assert float(trace[-1].split()[0]) > 0
        return
    assert len(ended) == 1
    assert trace[-1] == ended[0]
    assert "notify /status" in trace[-2]
