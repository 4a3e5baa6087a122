"""The form of an outcome: one choice for each question, to be filled in within a minute, by touch or keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import Optional

from ivr.console.forms import ConsoleForm, options
from ivr.console.languages import gettext, language
from ivr.outcomes.questions import MOST_DISTRESS, NOT_ASKED, QUESTIONS, Answers
from ivr.outcomes.terms import Term

SUICIDE_WORDS = {"yes": _l("Yes"), "no": _l("No"), "declined": _l("Asked, and not answered")}
DISTRESS = [(str(number), str(number)) for number in range(MOST_DISTRESS + 1)]
LEFT_OUT = {
    "contact_type": _l("Say what the talk was."),
    "issue": _l("Choose what it was about most."),
    "distress_before": _l("Choose a number, or say that you couldn't ask."),
    "distress_after": _l("Choose a number, or say that you couldn't ask."),
    "asked_about_suicide": _l("Say whether you asked. This is always needed."),
    "risk": _l("Say whether there is danger. This is always needed."),
    "action": _l("Choose what you did above all."),
    "follow_up": _l("Say whether the caller wishes another call."),
}


def _choice(label: Any, hint: Any = "") -> RadioField:
    return RadioField(label, [Optional()], description=hint)


class OutcomeForm(ConsoleForm):
    """What is asked after a talk. What is left out is said, and what is answered is kept all the same."""

    contact_type = _choice(_l("What was the talk?"))
    issue = _choice(_l("What was it about most?"))
    distress_before = _choice(
        _l("How much distress before?"), _l("0 is none, 10 is the worst there is. As the caller said it.")
    )
    distress_after = _choice(_l("And after?"))
    asked_about_suicide = _choice(
        _l("Did you ask about suicide?"), _l("Always needed. Asking doesn't put the thought into anybody.")
    )
    risk = _choice(_l("Is there danger?"), _l("With the last one, supervisors are rung at once."))
    action = _choice(_l("What did you do above all?"))
    follow_up = _choice(_l("Does the caller wish another call?"))

    def offer(self, terms: Mapping[str, Iterable[Term]]) -> None:
        """Puts in what can be chosen, in the reader's language."""
        for kind, known in terms.items():
            self[kind].choices = options((term.code, term.label(language())) for term in known)
        for name in ("distress_before", "distress_after"):
            self[name].choices = options([*DISTRESS, (NOT_ASKED, gettext("Couldn't ask"))])
        self.asked_about_suicide.choices = options(SUICIDE_WORDS.items())

    def answered(self) -> dict[str, str]:
        """What has been chosen, and can be."""
        return {name: self[name].data for name in QUESTIONS if self[name].data and not self[name].errors}

    def say_left_out(self, questions: Sequence[str]) -> None:
        """Says beside each of these that it is still to be answered."""
        for name in questions:
            if not self[name].errors:
                self.refuse(self[name], LEFT_OUT[name])


def as_chosen(answers: Answers) -> dict[str, str]:
    """Answers as the form shows them."""
    return {name: NOT_ASKED if answer is None else str(answer) for name, answer in answers.items()}
