"""The dialect of Twilio, and of every provider that speaks it: how its webhooks are signed, read and answered."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.telephony import signature, twiml
from ivr.telephony.contract import (
    Capabilities,
    LegEvent,
    LegHappening,
    PhoneEvent,
    RawRequest,
    Screen,
    UnreadableWebhook,
    Urls,
)
from ivr.vault.number import NotANumber, PhoneNumber

_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")

WITHHELD = frozenset(
    "+" + word.translate(_KEYPAD)
    for word in ("anonymous", "unknown", "restricted", "blocked", "private", "unavailable")
)
"""Networks spell "no number" on a keypad: these look like numbers, and ringing one would ring a stranger."""

MOST_TURN = 1_000_000


class TwilioDialect:
    """The pure side of a provider that speaks TwiML. Several may be live at once, each with its own secret."""

    capabilities = Capabilities(whisper=True, machine_detection=True, time_limits=True, conference=True)
    content_type = twiml.CONTENT_TYPE

    def __init__(self, name: str, account_sid: str, auth_token: str, shared_key: str = "") -> None:
        self.name = name
        self._account = ("AccountSid", account_sid)
        self._auth_token = auth_token.encode()
        self._shared_key = shared_key.encode()

    def verify(self, request: RawRequest) -> bool:
        """Whether this account's provider signed the request. Whatever can't be read is a forgery."""
        settings = request.header(signature.SETTINGS_HEADER)
        secret, algorithm = self._auth_token, "HMAC_SHA1"
        if settings:
            named = signature.algorithm_named(settings)
            if named is None:
                return False
            secret, algorithm = self._shared_key if "key=" in settings else self._auth_token, named
        given = request.header(signature.SIGNATURE_HEADER)
        if not signature.is_genuine(secret, request.url, request.fields, given, algorithm):
            return False
        return self._account in request.fields

    def parse(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> PhoneEvent:
        """Reads a webhook. Raises UnreadableWebhook when it doesn't say which call it is about."""
        call = _call(form)
        over = form.get("CallStatus", "") in _OVER
        turn = _whole(query.get("turn", ""))
        if path == "status":
            return PhoneEvent(call, "hung_up" if over else "under_way", turn)
        if over and (path == "voice" or "recorded" not in query):
            return PhoneEvent(call, "hung_up", turn)
        line_number, caller = _line_and_caller(form)
        if path == "voice":
            placed = _is_placed(form)
            return PhoneEvent(call, "started", 0, line_number=line_number, caller=caller, placed=placed)
        if "dialled" in query:
            talked = form.get("DialCallStatus", "") in ("completed", "answered")
            return PhoneEvent(call, "dial_ended", turn, caller=caller, talked=talked)
        if "recorded" in query:
            seconds = float(_whole(form.get("RecordingDuration", "")))
            return PhoneEvent(
                call, "recorded", turn, caller=caller, keys=form.get("Digits", ""), seconds=seconds
            )
        if "silence" in query:
            return PhoneEvent(call, "silence", turn, caller=caller)
        return PhoneEvent(call, "digits", turn, caller=caller, keys=form.get("Digits", ""))

    def parse_leg(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> LegEvent:
        """Reads the webhook of a leg. Raises UnreadableWebhook when it doesn't say which call it is about."""
        status = form.get("CallStatus", "")
        over = status in _OVER
        dialled = form.get("DialCallStatus", "") if "dialled" in query else ""
        line_number, caller = _line_and_caller(form)
        return LegEvent(
            call=_call(form),
            part=_short(query.get("part", "")),
            of=_short(query.get("of", "")),
            step=_short(query.get("step", "")),
            happening=_of_leg(path, query, form, over=over),
            keys=form.get("Digits", ""),
            outcome=dialled or status,
            gone=over,
            caller=caller,
            line_number=line_number,
            recording=_recording(form.get("RecordingSid", "")),
            recording_url=_address(form.get("RecordingUrl", "")),
            seconds=float(_whole(form.get("RecordingDuration", ""))),
        )

    def render(self, screen: Screen, urls: Urls) -> str:
        """The reply as TwiML."""
        return twiml.render(screen, urls)

    def redirect(self, url: str) -> str:
        """A reply that sends the call to `url`."""
        return twiml.redirect(url)

    def sealed_in(self, reply: str) -> list[str]:
        """The vault's entries in a reply."""
        return twiml.sealed_in(reply)

    def fill(self, reply: str, numbers: Mapping[str, str]) -> str:
        """The reply with their numbers."""
        return twiml.fill(reply, numbers)


def _call(form: Mapping[str, str]) -> str:
    """The provider's id of a call."""
    call = form.get("CallSid", "")
    if not call or len(call) > 128 or not call.isprintable():
        raise UnreadableWebhook("the webhook names no call")
    return call


def _is_placed(form: Mapping[str, str]) -> bool:
    """Whether it is we who have placed this call."""
    return form.get("Direction", "").startswith("outbound")


def _line_and_caller(form: Mapping[str, str]) -> tuple[str, PhoneNumber | None]:
    """Our own number, and the phone at the other end, whoever of the two has rung the other."""
    other, line = ("To", "From") if _is_placed(form) else ("From", "To")
    return _line_number(form.get(line, "")), shown_number(form.get(other, ""))


def _of_leg(path: str, query: Mapping[str, str], form: Mapping[str, str], *, over: bool) -> LegHappening:
    if path == "leg-status":
        return "over" if over else "under_way"
    if path == "recording":
        return "recording_ready" if form.get("RecordingStatus", "") == "completed" else "recording_absent"
    if "recorded" in query:
        return "recorded"
    if "dialled" in query:
        return "dial_ended"
    if over:
        return "over"
    if "silence" in query:
        return "silence"
    return "digits" if "Digits" in form else "answered"


def _short(text: str) -> str:
    """A word of our own addresses."""
    return text if len(text) <= 64 and text.isascii() and text.isprintable() else ""


def _recording(sid: str) -> str:
    """The provider's id of a recording; "" for what can't be one."""
    return sid if len(sid) <= 128 and sid.isascii() and sid.isalnum() else ""


def _address(url: str) -> str:
    """An address that can be played; "" for anything else."""
    is_one = (
        len(url) <= 512 and url.isascii() and url.isprintable() and url.startswith(("https://", "http://"))
    )
    return url if is_one else ""


def shown_number(sent: str) -> PhoneNumber | None:
    """The number a caller's phone shows, closed; None for a withheld one and for whatever can't be rung."""
    if sent in WITHHELD:
        return None
    try:
        return PhoneNumber(sent)
    except NotANumber:
        return None


def _line_number(sent: str) -> str:
    """The number that was rung; "" for what no line can have."""
    return sent if len(sent) <= 32 and sent.isprintable() else ""


def _whole(text: str) -> int:
    """A count sent by the network; garbage and absurd ones are 0."""
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        return 0
    return min(int(text), MOST_TURN)
