"""What a call sounded like, line by line, in words. PURE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ivr.telephony.simulator import words
from ivr.telephony.simulator.clips import HeardClip, keys_announced

Kind = Literal["call", "heard", "keys", "pressed", "silence", "recording", "dialling", "problem", "ended"]
About = Callable[[str], HeardClip | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript, `at` seconds into the call. `seconds` is how long what is heard lasts."""

    at: float
    kind: Kind
    text: str
    language: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value != ""}


class Transcript:
    """Listens to a call. `about` tells what is said in the clip at an address."""

    def __init__(self, about: About, watch: Callable[[Line], None]) -> None:
        self._about = about
        self._watch = watch
        self.lines: list[Line] = []

    @property
    def problems(self) -> list[Line]:
        return [line for line in self.lines if line.kind == "problem"]

    def add(self, at: float, kind: Kind, text: str, language: str = "", seconds: float = 0.0) -> None:
        line = Line(round(at, 1), kind, text, language, round(seconds, 1))
        self.lines.append(line)
        self._watch(line)

    def hear(self, action: words.Action, at: float) -> None:
        """Notes what an action means for the ear."""
        match action:
            case words.Answered():
                self.add(at, "call", "The hotline answers.")
            case words.PlayClip():
                self._clip(action.url, at)
            case words.Speak():
                self.add(at, "heard", f"(machine voice) {action.text}", seconds=action.seconds)
            case words.Listening():
                announced = keys_announced([self._about(url) if url else None for url in action.clips])
                if announced:
                    self.add(at, "keys", " · ".join(f"{key}: {what}" for key, what in announced))
            case words.NothingKeyed():
                self.add(at, "silence", "No key is pressed.")
            case words.StartRecording():
                self.add(at, "recording", f"Records for at most {action.most_seconds:.0f} s.")
            case words.StartDialling():
                rung = ", ".join(_shown(party.number) for party in action.parties) or "nobody"
                self.add(at, "dialling", f"Rings {rung} for at most {action.seconds:.0f} s.")
            case words.Trouble():
                self.add(at, "problem", f"{action.problem.text} ({action.problem.code})")
            case words.Ended():
                self.add(at, "ended", f"The call is over: {action.outcome}, {action.seconds} s.")

    def _clip(self, url: str, at: float) -> None:
        clip = self._about(url)
        if clip is not None:
            self.add(at, "heard", clip.text, clip.language, clip.seconds)


def _shown(number: str) -> str:
    """Neither side of a call may see the other's number, here either; an emergency number anybody may know."""
    return "another phone" if len(number) > 6 else number
