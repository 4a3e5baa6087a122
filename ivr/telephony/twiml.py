"""Screens written as TwiML, with the portable verbs only: Play, Gather, Record, Dial, Redirect, Hangup, Reject.

Written as strings, since an element tree costs more than the rest of a turn; tests hold every reply to what the
official SDK would have written. Every Gather and Record is followed by a Redirect that says "no input": silence is an
input, and a reply that just ends would hang up on the caller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from ivr.telephony.contract import (
    VAULT,
    CodeScreen,
    DialScreen,
    EndScreen,
    LetInScreen,
    ListenScreen,
    Party,
    RecordScreen,
    RejectScreen,
    Screen,
    Urls,
)

CONTENT_TYPE = "text/xml; charset=utf-8"
_OPEN = '<?xml version="1.0" encoding="UTF-8"?><Response>'
_CLOSE = "</Response>"


def render(screen: Screen, urls: Urls) -> str:
    """The reply for a screen."""
    match screen:
        case ListenScreen():
            return _listen(screen, urls)
        case CodeScreen():
            return _code(screen, urls)
        case RecordScreen():
            return _record(screen, urls)
        case DialScreen():
            return _dial(screen, urls)
        case LetInScreen(clips=clips):
            return f"{_OPEN}{_plays(clips)}{_CLOSE}"
        case EndScreen(clips=clips):
            return f"{_OPEN}{_plays(clips)}<Hangup/>{_CLOSE}"
        case RejectScreen():
            return f"{_OPEN}<Reject/>{_CLOSE}"


def redirect(url: str) -> str:
    """A reply that sends a call elsewhere."""
    return f"{_OPEN}{_redirect(url)}{_CLOSE}"


_SEALED = re.compile(rf"<Number[^>]*>{VAULT}([0-9a-f]{{32}})</Number>")
_EMPTY_DIAL = re.compile(r'<Dial action="([^"]*)"[^>]*></Dial>')


def sealed_in(reply: str) -> list[str]:
    """The entries of the vault that stand for numbers in a reply."""
    return _SEALED.findall(reply)


def fill(reply: str, numbers: Mapping[str, str]) -> str:
    """The reply with the numbers of its entries. Whoever has none isn't rung; the others are.

    Where nobody is left the call goes on at once as if nobody had answered: a Dial without anybody would just end it.
    """

    def number(found: re.Match[str]) -> str:
        opened = numbers.get(found[1])
        return found[0].replace(VAULT + found[1], _text(opened)) if opened else ""

    return _EMPTY_DIAL.sub(
        lambda found: f'<Redirect method="POST">{found[1]}</Redirect>', _SEALED.sub(number, reply)
    )


def _listen(screen: ListenScreen, urls: Urls) -> str:
    plays = _plays(screen.clips)
    gather = (
        f'<Gather input="dtmf" numDigits="1" timeout="{screen.wait_seconds}" finishOnKey="" '
        f'action="{_attribute(urls.on_keys)}" method="POST">'
    )
    body = f"{gather}{plays}</Gather>" if screen.barge_in else f"{plays}{gather}</Gather>"
    return f"{_OPEN}{body}{_redirect(urls.on_silence)}{_CLOSE}"


def _code(screen: CodeScreen, urls: Urls) -> str:
    return (
        f'{_OPEN}<Gather input="dtmf" numDigits="{screen.most_digits}" timeout="{screen.wait_seconds}" '
        f'finishOnKey="#" action="{_attribute(urls.on_keys)}" method="POST">{_plays(screen.clips)}</Gather>'
        f"{_redirect(urls.on_silence)}{_CLOSE}"
    )


def _record(screen: RecordScreen, urls: Urls) -> str:
    trim = ' trim="do-not-trim"' if screen.as_it_is else ""
    return (
        f"{_OPEN}{_plays(screen.clips)}"
        f'<Record action="{_attribute(urls.on_recorded)}" method="POST" maxLength="{screen.max_seconds}" '
        f'timeout="{screen.pause_seconds}" finishOnKey="1234567890*#" playBeep="true"{trim} '
        f'recordingStatusCallback="{_attribute(urls.on_recording_ready)}" recordingStatusCallbackMethod="POST" '
        f'recordingStatusCallbackEvent="completed absent"/>'
        f"{_redirect(urls.on_silence)}{_CLOSE}"
    )


def _dial(screen: DialScreen, urls: Urls) -> str:
    parties = "".join([_party(party) for party in screen.parties])
    return (
        f'{_OPEN}{_plays(screen.clips)}<Dial action="{_attribute(urls.on_dial_ended)}" method="POST" '
        f'timeout="{screen.ring_seconds}" timeLimit="{screen.limit_seconds}" '
        f'callerId="{_attribute(screen.caller_id)}">{parties}</Dial>{_CLOSE}'
    )


def _party(party: Party) -> str:
    whisper = f' url="{_attribute(party.whisper)}" method="POST"' if party.whisper else ""
    status = (
        f' statusCallback="{_attribute(party.status)}" statusCallbackMethod="POST" '
        'statusCallbackEvent="answered completed"'
        if party.status
        else ""
    )
    return f"<Number{whisper}{status}>{_text(party.number)}</Number>"


def _plays(clips: Iterable[str]) -> str:
    return "".join([f"<Play>{_text(clip)}</Play>" for clip in clips])


def _redirect(url: str) -> str:
    return f'<Redirect method="POST">{_text(url)}</Redirect>'


def _text(value: str) -> str:
    """Addresses rarely need escaping, and finding that out is cheaper than doing it."""
    return escape(value) if "&" in value or "<" in value or ">" in value else value


def _attribute(value: str) -> str:
    return escape(value, {'"': "&quot;"})
