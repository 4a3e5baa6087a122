"""Who may hear, approve, send back, roll back and withdraw; and who may undo it. Each deed leaves a row in the audit
log, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine

from audio.erasing import UNDO_SECONDS
from audio.fingerprint import script_fingerprint
from audio.take_reviews import TakeReviews
from audio.take_rows import Take
from audio.take_states import TakeState
from audio.takes import Takes
from flows.model import Script
from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog, latest_about
from ivr.audit.words import typed_text
from ivr.people.notices import Notices, forget_about
from ivr.people.person import Person
from ivr.people.roles import Right
from ivr.recording.clinical import agree, agreed_words
from ivr.recording.drafts import Drafts
from ivr.recording.matrix import is_outdated
from ivr.recording.sent_back import tell_the_speaker
from ivr.recording.voices import Voices
from ivr.store.engine import reading

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


class NotYoursToUndo(MayNot):
    """Somebody else has done this, and it is theirs to undo."""


class TooLate(MayNot):
    """The time in which it could be undone is over, or its sound is gone already."""


class Reviewing:
    """Reviews of one installation. `person` finds a person by id."""

    def __init__(
        self,
        database: Engine,
        takes: Takes,
        drafts: Drafts,
        voices: Voices,
        audit: AuditLog,
        notices: Notices,
        person: Callable[[str], Person],
    ) -> None:
        self._database = database
        self._takes = takes
        self._reviews = TakeReviews(takes)
        self._drafts = drafts
        self._voices = voices
        self._audit = audit
        self._notices = notices
        self._person = person

    def may_review(self, person: Person, take: Take) -> None:
        """Raises what keeps this person from reviewing this take: NotYoursToReview, OtherLanguage, OwnRecording."""
        if not person.may(Right.REVIEW_CLIPS):
            raise NotYoursToReview
        if take.language not in person.languages:
            raise OtherLanguage
        if take.recorded_by == person.id or take.voice.casefold() == person.name.casefold():
            # Somebody else may have sent it: it is the person's own voice all the same.
            raise OwnRecording
        if take.original_sha and self._takes.has_sent(person.id, take.original_sha):
            raise OwnRecording

    def approve(self, who: str, take_id: str, now: float) -> Take:
        """It was heard, and may be published. Raises MayNot, TakeUnknown, NotNow, TakeChanged."""
        take = self._reviewable(who, take_id)
        self._check_words(take)
        with self._database.begin() as connection:
            approved = self._reviews.approve(connection, take_id, who, _day(now))
            self._note(connection, now, who, Deed.CLIP_APPROVED, take)
        return approved

    def ask_again(self, who: str, take_id: str, reason: str, at: float | None, now: float) -> Take:
        """Another take is wanted: why, and at which second of the clip. Whoever recorded it is told. Raises as
        `approve` does, and NoReason."""
        take = self._reviewable(who, take_id)
        told = typed_text(reason).strip()[:LONGEST_REASON]
        if not told:
            raise NoReason
        with self._database.begin() as connection:
            sent_back = self._reviews.ask_again(connection, take_id, who, told, at, _day(now))
            tell_the_speaker(connection, self._notices, sent_back, now)
            self._note(connection, now, who, Deed.TAKE_SENT_BACK, take, reason=told)
        return sent_back

    def roll_back(self, who: str, take_id: str, now: float) -> Take:
        """An earlier approved take is published next instead of the later ones. Raises as `approve` does."""
        take = self._reviewable(who, take_id)
        self._check_words(take)
        with self._database.begin() as connection:
            raised = self._reviews.roll_back_to(connection, take_id, who, _day(now))
            self._note(connection, now, who, Deed.CLIP_ROLLED_BACK, take)
        return raised

    def withdraw(self, who: str, take_id: str, now: float) -> Take:
        """Takes a take back: whoever recorded it, and staff. Its sound is erased a week later (audio/erasing.py).
        Raises NotYoursToReview, and as `approve` does."""
        take = self._takes.take(take_id)
        person = self._person(who)
        if take.recorded_by != who and not person.may(Right.RECORD_AND_PUBLISH):
            raise NotYoursToReview
        with self._database.begin() as connection:
            taken_back = self._reviews.withdraw(connection, take_id, now)
            forget_about(connection, take_id)
            self._note(connection, now, who, Deed.TAKE_WITHDRAWN, take)
        return taken_back

    def may_undo(self, person: Person, take: Take, now: float) -> bool:
        """Whether this person can undo now that this take was withdrawn or sent back."""
        try:
            self._check_undo(person, take, now)
        except MayNot:
            return False
        return True

    def undo(self, who: str, take_id: str, now: float) -> Take:
        """What was withdrawn or sent back stands where it stood before, whatever has happened to other takes meanwhile.
        Raises NotYoursToUndo, TooLate, and as `approve` does: NotNow also where it is undone already."""
        take = self._takes.take(take_id)
        self._check_undo(self._person(who), take, now)
        with self._database.begin() as connection:
            if take.state is TakeState.AGAIN:
                put_back = self._undo_asking_again(connection, take, now)
            else:
                put_back = self._reviews.undo_withdrawing(connection, take_id, now)
                self._tell_again(connection, put_back, now)
            self._note(connection, now, who, Deed.TAKE_PUT_BACK, take)
        if put_back.state is TakeState.RECEIVED:
            self._takes.look_at(take_id)
        return put_back

    def _undo_asking_again(self, connection: Connection, take: Take, now: float) -> Take:
        approval = latest_about(connection, take.id, (Deed.CLIP_APPROVED, Deed.CLIP_ROLLED_BACK))
        forget_about(connection, take.id)
        return self._reviews.undo_asking_again(connection, take.id, approval.who if approval else "", now)

    def _tell_again(self, connection: Connection, take: Take, now: float) -> None:
        if take.state is TakeState.AGAIN:
            tell_the_speaker(connection, self._notices, take, now)

    def _check_undo(self, person: Person, take: Take, now: float) -> None:
        if take.state is TakeState.WITHDRAWN:
            self._check_undo_withdrawing(person, take, now)
        elif take.state is TakeState.AGAIN:
            if take.reviewed_by != person.id:
                raise NotYoursToUndo
            if take.reviewed_on is None or (_day(now) - take.reviewed_on).total_seconds() > UNDO_SECONDS:
                raise TooLate

    def _check_undo_withdrawing(self, person: Person, take: Take, now: float) -> None:
        """Whoever lent the voice can take back anything that was done to it. What they took back themselves nobody else
        brings again."""
        if now - take.touched_at > UNDO_SECONDS or not take.original_sha:
            raise TooLate
        if take.recorded_by == person.id:
            return
        if not person.may(Right.RECORD_AND_PUBLISH):
            raise NotYoursToUndo
        with reading(self._database) as connection:
            withdrawn = latest_about(connection, take.id, (Deed.TAKE_WITHDRAWN,))
        if withdrawn is None or withdrawn.who == take.recorded_by:
            raise NotYoursToUndo

    def review_clinically(self, who: str, prompt: str, language: str, fingerprint: str, now: float) -> None:
        """A supervisor agrees to therapeutic words, those of this fingerprint. Raises NotYoursToReview,
        NothingToReview, and OldWords where they have changed while the page was open."""
        if not self._person(who).may(Right.REVIEW_CLINICALLY):
            raise NotYoursToReview
        script = self._drafts.script(prompt, language)
        if script is None or not self.is_therapeutic(script):
            raise NothingToReview
        if script_fingerprint(script.text) != fingerprint:
            raise OldWords
        with self._database.begin() as connection:
            agree(connection, (prompt, language), fingerprint, who, _day(now))
            told = {"prompt": prompt, "language": language}
            self._audit.append(connection, at=now, who=who, deed=Deed.SCRIPT_REVIEWED, details=told)

    def is_therapeutic(self, script: Script) -> bool:
        """Whether a script's words need a supervisor."""
        with reading(self._database) as connection:
            return agreed_words(connection).is_therapeutic(script)

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
