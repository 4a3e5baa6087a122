"""Runs one conformance case through the interpreter, on a clock that only jumps. `drive.js` does it in the browser."""

from __future__ import annotations

from typing import Any

from ivr.telephony.simulator import words
from ivr.telephony.simulator.interpreter import Call

HOST = "https://hotline.example"


def opening(case: dict[str, Any]) -> words.Opening:
    about = case.get("opening", {})
    fallback = about.get("fallback", "")
    return words.Opening(
        sid="CA1",
        account="AC1",
        from_number="+12025550123",
        to_number="+12025550100",
        voice_url="" if about.get("nothing to hear") else f"{HOST}/voice",
        fallback_url=f"{HOST}{fallback}" if fallback else "",
        status_url=f"{HOST}{about['status']}" if "status" in about else "",
        rung=about.get("rung", False),
        joins=about.get("joins", False),
        parent=about.get("parent", ""),
    )


class Drive:
    """Answers from the case's table, plays clips of the case's lengths, and does what the case's caller does."""

    def __init__(self, case: dict[str, Any]) -> None:
        self._case = case
        self._call = Call(opening(case))
        self._caller = [(float(at), what, about) for at, what, about in case.get("caller", [])]
        self._now = 0.0
        self._sound: tuple[float, words.Event] | None = None
        self.trace: list[str] = []

    def run(self) -> list[str]:
        self._happen(words.Begin())
        while self._call.phase != "over":
            upcoming = []
            if self._caller:
                upcoming.append((self._caller[0][0], 0))
            if self._sound:
                upcoming.append((self._sound[0], 1))
            if self._call.due is not None:
                upcoming.append((self._call.due, 2))
            if not upcoming or len(self.trace) > 500:
                self.trace.append(f"{self._now:.1f} stuck")
                break
            at, source = min(upcoming)
            self._now = max(self._now, at)
            if source == 0:
                self._happen(_done_by_caller(*self._caller.pop(0)[1:]))
            elif source == 1 and self._sound:
                event, self._sound = self._sound[1], None
                self._happen(event)
            else:
                self._happen(words.TimePassed())
        return self.trace

    def _happen(self, event: words.Event) -> None:
        for action in self._call.step(event, self._now):
            self.trace.append(f"{self._now:.1f} {said(action)}")
            match action:
                case words.Fetch():
                    self._happen(self._answer(action))
                case words.PlayClip():
                    seconds = self._case["clips"].get(_path(action.url))
                    ended = words.ClipEnded(action.play) if seconds else words.ClipBroken(action.play)
                    self._sound = (self._now + (seconds or 0), ended)
                case words.StopSound():
                    self._sound = None

    def _answer(self, fetch: words.Fetch) -> words.Event:
        reply = self._case["replies"].get(_path(fetch.url), {"status": 404})
        if isinstance(reply, str):
            reply = {"body": reply}
        if reply.get("unreachable"):
            return words.Unreachable(fetch.fetch)
        body = reply.get("body", "") + " " * reply.get("padding", 0)
        return words.Replied(fetch.fetch, reply.get("status", 200), reply.get("type", "text/xml"), body)


def _done_by_caller(what: str, about: Any) -> words.Event:
    match what:
        case "key":
            return words.KeyPressed(about)
        case "hangs up":
            return words.CallerHungUp()
        case "recording kept":
            return words.RecordingKept("RE1", f"{HOST}/recordings/RE1", about)
        case "party answers":
            return words.PartyAnswered()
        case "party ends":
            return words.PartyEnded(about)
        case "sent elsewhere":
            return words.SentElsewhere(HOST + about)
        case "ended by hotline":
            return words.EndedByHotline()
        case "late clip end":
            return words.ClipEnded(about)
    raise KeyError(what)


def said(action: words.Action) -> str:
    match action:
        case words.Fetch():
            tries = [f"({action.tries})"] if action.tries else []
            return " ".join([action.method.lower(), _path(action.url), *tries, *_telling(action.params)])
        case words.Notify():
            return " ".join(["notify", _path(action.url), *_telling(action.params)])
        case words.PlayClip():
            return f"play {_path(action.url)}"
        case words.Speak():
            return f"speak {action.text}"
        case words.Listening():
            return f"listening {len(action.clips)}"
        case words.Waiting():
            return f"waiting {action.seconds:.1f}"
        case words.StartRecording():
            beep = "beep" if action.beep else "no beep"
            return f"record {action.silence:.1f} {action.most_seconds:.1f} {beep}"
        case words.StartDialling():
            parties = ",".join(_rung(party) for party in action.parties)
            return f"dial {parties} {action.caller_id} {action.seconds:.1f}"
        case words.Trouble():
            return f"trouble {action.problem.code}"
        case words.Ended():
            return f"ended {action.outcome} {action.seconds}"
    return PLAIN[type(action)]


PLAIN: dict[type, str] = {
    words.Answered: "answered",
    words.StopSound: "stop sound",
    words.NothingKeyed: "nothing keyed",
    words.StopRecording: "stop recording",
    words.StopDialling: "stop dialling",
    words.Join: "join",
}

SAME_EACH_TIME = {"CallSid", "AccountSid", "From", "To", "ApiVersion"}


def _telling(params: words.Params) -> list[str]:
    return [f"{name}={value.removeprefix(HOST)}" for name, value in params if name not in SAME_EACH_TIME]


def _rung(party: words.Party) -> str:
    told = f"[{_path(party.status_url)} {' '.join(party.status_events)}]" if party.status_url else ""
    return party.number + _path(party.whisper) + told


def _path(url: str) -> str:
    return url.removeprefix(HOST)
