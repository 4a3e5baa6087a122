"""What keeps a flow off the air, in the reader's language, each with the way to the page that mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from ivr.console.gatekeeper import may_open
from ivr.console.languages import gettext
from ivr.console.signed_in import me
from ivr.console.voice_pages import mixed_in_words
from ivr.console.words import isolated, language_name
from ivr.recording.gate_reasons import Kind, Reason

OF_CLIPS: Mapping[Kind, Any] = {
    Kind.MISSING: _l("Not recorded yet"),
    Kind.DEMO: _l("Only the demo voice: a person has to record it"),
    Kind.OUTDATED: _l("The script has changed: to be recorded anew"),
    Kind.OTHER_WORDS: _l("Another flow, brought in later, has other words for it"),
    Kind.AGAIN: _l("Asked for again: to be recorded once more"),
    Kind.UNAPPROVED: _l("Recorded, and not approved yet"),
    Kind.CLINICAL: _l("Therapeutic words that no supervisor has read as they are now"),
}
OTHERS: Mapping[Kind, Any] = {
    Kind.MISTAKE: _l("Mistakes in the flow itself"),
    Kind.TWO_VOICES: _l("Two voices in one menu"),
    Kind.RECORDS_CALLER: _l("Nodes that record the caller"),
}


def in_groups(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons by what they are and in which language: prompts that lead on, or sentences."""
    found: dict[tuple[Kind, str], list[Reason]] = {}
    for reason in reasons:
        found.setdefault((reason.kind, reason.language if reason.kind in OF_CLIPS else ""), []).append(reason)
    order = [*OTHERS, *OF_CLIPS]
    return [
        _group(kind, language, own)
        for (kind, language), own in sorted(
            found.items(), key=lambda one: (order.index(one[0][0]), one[0][1])
        )
    ]


def _group(kind: Kind, language: str, reasons: list[Reason]) -> dict[str, Any]:
    if kind in OTHERS:
        return {
            "title": str(OTHERS[kind]),
            "count": len(reasons),
            "sentences": [_sentence(reason) for reason in reasons],
            "prompts": [],
            "all": url_for("console.voices") if kind is Kind.TWO_VOICES else "",
            "deed": gettext("Look at the voices"),
        }
    return {
        "title": f"{language_name(language)}: {OF_CLIPS[kind]}",
        "count": len(reasons),
        "sentences": [_other_words(pack) for pack in dict.fromkeys(one.pack for one in reasons) if pack],
        "prompts": [{"prompt": reason.prompt, "address": _address(kind, reason)} for reason in reasons],
        "all": _all_of(kind, language),
        "deed": gettext("Record them one by one")
        if _is_to_record(kind)
        else gettext("Review them one by one"),
    }


def _sentence(reason: Reason) -> dict[str, Any]:
    """English where the flow's own mistakes are said: they come from the same words that the command line says."""
    if reason.kind is Kind.TWO_VOICES:
        words = f"{language_name(reason.language)}: {mixed_in_words(reason.node, reason.voices)}"
        return {"words": words, "english": False}
    if reason.kind is Kind.RECORDS_CALLER:
        words = gettext(
            "%(node)s records the caller, and there is no room yet in which messages are safe.",
            node=isolated(reason.node),
        )
        return {"words": words, "english": False}
    return {"words": reason.words, "english": True}


def _other_words(pack: str) -> dict[str, Any]:
    words = gettext(
        "The words of %(pack)s are recorded now. Have this flow brought in again, and its own words are; or have "
        "%(pack)s taken away, if nobody needs it any more. Whoever runs the hotline can do either.",
        pack=isolated(pack),
    )
    return {"words": words, "english": False}


def _is_to_record(kind: Kind) -> bool:
    return kind in (Kind.MISSING, Kind.DEMO, Kind.OUTDATED, Kind.AGAIN)


def _all_of(kind: Kind, language: str) -> str:
    if kind is Kind.OTHER_WORDS:
        return ""
    if _is_to_record(kind):
        return url_for("console.record", language=language) if may_open(me(), "console.record") else ""
    return url_for("console.review") if may_open(me(), "console.review") else ""


def _address(kind: Kind, reason: Reason) -> str:
    records = _is_to_record(kind) and may_open(me(), "console.record")
    endpoint = "console.record" if records else "console.library_prompt"
    return url_for(endpoint, language=reason.language, prompt=reason.prompt)
