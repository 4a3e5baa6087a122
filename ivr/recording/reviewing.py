"""Who may hear, approve, send back and roll back: the second person, who speaks the language. Each deed leaves a row in
the audit log, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine

from audio.fingerprint import script_fingerprint
from audio.take_rows import Take
from audio.takes import Takes
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.audit.words import typed_text
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.recording.clinical import agree
from ivr.recording.drafts import Drafts
from ivr.recording.matrix import is_outdated
from ivr.recording.voices import Voices

LONGEST_REASON = 200


class MayNot(Exception):
    """The base of all refusals of a review. Nothing was changed."""


class NotYoursToReview(MayNot):
    """This person's roles don't let them review."""


class OtherLanguage(MayNot):
    """This person doesn't speak the language, and can't tell whether it is said well."""


class OwnRecording(MayNot):
    """Nobody approves what they recorded themselves."""


class OldWords(MayNot):
    """The script has changed since: what was recorded isn't what is to be said."""


class NoReason(MayNot):
    """Whoever is asked to record again has to be told why."""


class NothingToReview(MayNot):
    """No draft has such a script, or it isn't therapeutic."""


class Reviewing:
    """Reviews of one installation. `person` finds a person by id."""

    def __init__(
        self,
        database: Engine,
        takes: Takes,
        drafts: Drafts,
        voices: Voices,
        audit: AuditLog,
        person: Callable[[str], Person],
    ) -> None:
        self._database = database
        self._takes = takes
        self._drafts = drafts
        self._voices = voices
        self._audit = audit
        self._person = person

    def may_review(self, person: Person, take: Take) -> None:
        """Raises what keeps this person from reviewing this take: NotYoursToReview, OtherLanguage, OwnRecording."""
        if not person.may(Right.REVIEW_CLIPS):
            raise NotYoursToReview
        if take.language not in person.languages:
            raise OtherLanguage
        if take.recorded_by == person.id:
            raise OwnRecording

    def approve(self, who: str, take_id: str, now: float) -> Take:
        """It was heard, and may be published. Raises MayNot, TakeUnknown, NotNow, TakeChanged."""
        take = self._reviewable(who, take_id)
        self._check_words(take)
        with self._database.begin() as connection:
            approved = self._takes.approve(connection, take_id, who, _day(now))
            self._note(connection, now, who, Deed.CLIP_APPROVED, take)
        return approved

    def ask_again(self, who: str, take_id: str, reason: str, at: float | None, now: float) -> Take:
        """Another take is wanted: why, and at which second of the clip. Raises as `approve` does, and NoReason."""
        take = self._reviewable(who, take_id)
        told = typed_text(reason).strip()[:LONGEST_REASON]
        if not told:
            raise NoReason
        with self._database.begin() as connection:
            sent_back = self._takes.ask_again(connection, take_id, who, told, at, _day(now))
            self._note(connection, now, who, Deed.TAKE_SENT_BACK, take, reason=told)
        return sent_back

    def roll_back(self, who: str, take_id: str, now: float) -> Take:
        """An earlier approved take is published next instead of the later ones. Raises as `approve` does."""
        take = self._reviewable(who, take_id)
        self._check_words(take)
        with self._database.begin() as connection:
            raised = self._takes.roll_back_to(connection, take_id, who, _day(now))
            self._note(connection, now, who, Deed.CLIP_ROLLED_BACK, take)
        return raised

    def withdraw(self, who: str, take_id: str, now: float) -> Take:
        """Takes a take back: whoever recorded it, and staff. Raises NotYoursToReview, and as `approve` does."""
        take = self._takes.take(take_id)
        person = self._person(who)
        if take.recorded_by != who and not person.may(Right.RECORD_AND_PUBLISH):
            raise NotYoursToReview
        with self._database.begin() as connection:
            taken_back = self._takes.withdraw(connection, take_id)
            self._note(connection, now, who, Deed.TAKE_WITHDRAWN, take)
        return taken_back

    def review_clinically(self, who: str, prompt: str, language: str, fingerprint: str, now: float) -> None:
        """A supervisor agrees to therapeutic words, those of this fingerprint. Raises NotYoursToReview,
        NothingToReview, and OldWords where they have changed while the page was open."""
        if not self._person(who).may(Right.REVIEW_CLINICALLY):
            raise NotYoursToReview
        script = self._drafts.script(prompt, language)
        if script is None or not script.therapeutic:
            raise NothingToReview
        if script_fingerprint(script.text) != fingerprint:
            raise OldWords
        with self._database.begin() as connection:
            agree(connection, (prompt, language), fingerprint, who, _day(now))
            told = {"prompt": prompt, "language": language}
            self._audit.append(connection, at=now, who=who, deed=Deed.SCRIPT_REVIEWED, details=told)

    def mean_mix(
        self, who: str, pack_id: str, language: str, node: str, now: float, *, meant: bool = True
    ) -> None:
        """Two voices in this node (“flow: node”) are meant, or no longer. Raises NotYoursToReview."""
        if not self._person(who).may(Right.RECORD_AND_PUBLISH):
            raise NotYoursToReview
        deed = Deed.VOICES_MIXED if meant else Deed.VOICES_PARTED
        with self._database.begin() as connection:
            self._voices.mean(connection, pack_id, language, node, meant=meant)
            told = {"node": node, "language": language}
            self._audit.append(connection, at=now, who=who, deed=deed, details=told)

    def _reviewable(self, who: str, take_id: str) -> Take:
        take = self._takes.take(take_id)
        self.may_review(self._person(who), take)
        return take

    def _check_words(self, take: Take) -> None:
        if is_outdated(take, self._drafts.script(take.prompt, take.language)):
            raise OldWords

    def _note(
        self, connection: Connection, now: float, who: str, deed: Deed, take: Take, **more: str
    ) -> None:
        told = {"prompt": take.prompt, "language": take.language, **more}
        self._audit.append(connection, at=now, who=who, deed=deed, about=take.id, details=told)


def _day(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()
