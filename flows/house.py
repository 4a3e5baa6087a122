"""What Warmline itself says: to helpers, at their door, and to callers whom it rings.

No flow names these prompts, yet without them nobody can be called back: a pack with a `callback` node needs them all,
and a pack with `connect: crisis` those that ring a helper for somebody who is on the line. They are scripts of the
pack like all others, so each is heard in a language and a voice that people know. What is said to staff who record by
phone, and to listeners of a panel, a pack may leave out.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.model import WAITING_TIME, Callback, Connect, Node, Pack

CRISIS = "crisis"

CALLER = (
    "call_hello",
    "to_talk_now",
    "to_be_called_later",
    "call_named",
    "call_connecting",
    "call_goodbye",
    "call_later_noted",
    "call_helper_gone",
)
"""On the caller's leg. What is said before a key is pressed names nobody: anybody may have picked up."""

HELPER = (
    "helper_offer",
    "helper_take",
    "helper_pass",
    "helper_passed",
    "helper_connecting",
    "helper_not_reached",
    "helper_not_now",
    "helper_taken_meanwhile",
    "helper_call_over",
    "helper_goodbye",
)
"""On the helper's leg. Between the offer and its keys stands `speaks` of the caller's language."""

DOOR = (
    "door_code",
    "door_pin",
    "door_wrong",
    "door_shut",
    "door_waiting",
    "more_than_nine",
    "door_nobody",
    "door_take_first",
    "door_go_on_call",
    "door_pause",
    "door_on_call_now",
    "door_paused_now",
    "door_wrap_up",
    "door_needs_break",
    "door_done_today",
    "door_debrief",
    "door_off",
)
"""To a helper who rings in. How many people wait is `door_waiting` and a digit, or `more_than_nine`."""

OUTCOME = (
    "outcome_intro",
    "outcome_contact",
    "outcome_issue",
    "outcome_before",
    "outcome_after",
    "outcome_suicide",
    "outcome_risk",
    "outcome_action",
    "outcome_follow_up",
    "outcome_saved",
    "outcome_later",
)
"""To a helper who keys the outcome right after the talk. Each question says its own keys, to be short."""

PAGING = (
    "crisis_offer",
    "crisis_take",
    "crisis_caller_gone",
    "page_hello",
    "page_risk",
    "page_take",
    "page_noted",
    "page_not_called",
)
"""To the helpers who are rung for somebody on the line, and to a supervisor when nobody has answered."""

ROOM = (
    "door_record",
    "room_hello",
    "room_language",
    "room_other_language",
    "room_no_texts",
    "room_text_number",
    "room_how",
    "room_all_done",
    "room_no_such_text",
    "room_speak",
    "room_not_heard",
    "room_one_moment",
    "room_as_recorded",
    "room_heard_later",
    "room_keep",
    "room_again",
    "room_skip",
    "room_kept",
    "room_not_kept",
)
"""To staff who record by phone. The number of a text on the printed sheet is `room_text_number` and its digits."""

PANEL = (
    "panel_hello",
    "panel_understood",
    "panel_not_understood",
    "panel_otherwise",
    "panel_again",
    "panel_speak",
    "panel_next",
    "panel_end",
    "panel_next_listener",
    "panel_not_open",
    "panel_goodbye",
)
"""To those who listen to recordings and say whether they are understood."""

WAITING_TIMES = (
    "wait_within_an_hour",
    "wait_within_two_hours",
    "wait_today",
    "wait_tomorrow",
    "wait_some_days",
    "wait_unknown",
)
"""What `$waiting_time` can become. Each is a whole sentence."""

WAIT_UNKNOWN = "wait_unknown"

OF_CALLBACKS = (*CALLER, *HELPER, *DOOR, *OUTCOME, *WAITING_TIMES)
OF_CRISIS = (
    *PAGING,
    "helper_connecting",
    "helper_taken_meanwhile",
    "helper_call_over",
    "helper_goodbye",
    *OUTCOME,
)

KEYS_OF_CALLBACKS = ("press_1", "press_2", "press_3", "press_hash")
KEYS_OF_CRISIS = ("press_1", "press_hash")

KEYS_OF_ROOM = ("press_1", "press_2", "press_3", "press_4", "press_hash")
KEYS_OF_PANEL = ("press_1", "press_2", "press_3", "press_9")

AT_WILL = (ROOM, PANEL)
"""What a pack may go on air without: the door then says nothing of it. Of each group, all of it or nothing."""
AT_WILL_PROMPTS = frozenset((*ROOM, *PANEL))

MOMENTS = {
    **dict.fromkeys(CALLER, "said to a caller whom the line rings"),
    **dict.fromkeys(HELPER, "said to a helper who is rung"),
    **dict.fromkeys(DOOR, "said to a helper who rings in"),
    **dict.fromkeys(OUTCOME, "said to a helper after a talk"),
    **dict.fromkeys(ROOM, "said to staff who record by phone"),
    **dict.fromkeys(PANEL, "said to those who listen in a panel"),
    **dict.fromkeys(PAGING, "said to helpers and supervisors in a crisis"),
    **dict.fromkeys(WAITING_TIMES, "how long a call may take to come"),
}


def speaks(language: str) -> str:
    """The prompt that names a caller's language to a helper: "in Swahili." """
    return f"speaks_{language.lower().replace('-', '_')}"


def needed_by_house(pack: Pack) -> tuple[str, ...]:
    """What the line itself may say with this pack, each once, the keys that it names among it; () when it neither
    calls anybody back nor rings a helper."""
    found: dict[str, None] = {}
    nodes = list(_nodes(pack))
    if any(isinstance(node, Callback) for node in nodes):
        found |= dict.fromkeys((*OF_CALLBACKS, *map(speaks, pack.languages), *KEYS_OF_CALLBACKS))
    if any(isinstance(node, Connect) and node.to == CRISIS for node in nodes):
        found |= dict.fromkeys((*OF_CRISIS, *map(speaks, pack.languages), *KEYS_OF_CRISIS))
    if any(WAITING_TIME in getattr(node, "prompts", ()) for node in nodes):
        found |= dict.fromkeys(WAITING_TIMES)
    return tuple(found)


def written_at_will(pack: Pack) -> frozenset[str]:
    """What of it this pack has words for, in whichever language."""
    return frozenset(prompt for prompt, _ in pack.scripts if prompt in AT_WILL_PROMPTS)


def moment(prompt: str) -> str:
    """When one of these is said, in words."""
    if prompt.startswith("press_"):
        return "naming a key to a helper"
    return MOMENTS.get(prompt, "naming a caller's language to a helper")


def _nodes(pack: Pack) -> Iterator[Node]:
    for flow in pack.flows.values():
        yield from flow.nodes.values()
