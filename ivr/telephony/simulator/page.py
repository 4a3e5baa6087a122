"""The telephone in the browser: its page, and the little it needs of a server. Exists only where the simulator is on.

The page executes replies itself and posts to the same signed webhooks as every provider. The server signs for it, and
signs nothing else: another site can't use it, and other addresses aren't signed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, abort, jsonify, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from ivr.telephony.contract import RecordingMissing
from ivr.telephony.simulator.clips import HeardClip
from ivr.telephony.simulator.exchange import NUMBER, Exchange, Leg, NoSuchNumber
from ivr.telephony.simulator.recordings import (
    MOST_BYTES,
    SAMPLES,
    NotARecording,
    RecordingKnown,
    Recordings,
    ShelfFull,
    wav_of,
)
from ivr.telephony.simulator.signing import NotOursToSign, Signer

LONGEST_RING = 600
RECORDS_OUT_OF_REACH = "the database doesn't answer"
Reply = tuple[Response, int] | Response

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TelephoneParts:
    """What the page needs. `lines` gives (number, name); `about_clip` what is said in a clip, by its hash."""

    signer: Signer
    exchange: Exchange
    recordings: Recordings
    lines: Callable[[], Sequence[tuple[str, str]]]
    about_clip: Callable[[str], HeardClip | None]


def telephone_blueprint(parts: TelephoneParts) -> Blueprint:
    """`/telephone` and everything below it."""
    views = _Views(parts)
    telephone = Blueprint(
        "telephone", __name__, url_prefix="/telephone", static_folder="static", template_folder="templates"
    )
    telephone.before_request(views.refuse_other_sites)
    telephone.after_request(_never_kept)
    telephone.register_error_handler(SQLAlchemyError, _records_out_of_reach)
    telephone.add_url_rule("", "page", views.page, methods=["GET"])
    telephone.add_url_rule("/sign", "sign", views.sign, methods=["POST"])
    telephone.add_url_rule("/lines", "lines", views.lines, methods=["GET"])
    telephone.add_url_rule("/clips/<sha>", "clip", views.clip, methods=["GET"])
    telephone.add_url_rule("/rings", "rings", views.rings, methods=["POST"])
    telephone.add_url_rule("/legs", "add_leg", views.add_leg, methods=["POST"])
    telephone.add_url_rule("/legs/<leg_id>/<deed>", "change_leg", views.change_leg, methods=["POST"])
    telephone.add_url_rule("/recordings/<recording>", "recording", views.recording, methods=["GET", "PUT"])
    return telephone


def _never_kept(response: Response) -> Response:
    if request.endpoint == "telephone.static":
        response.cache_control.no_cache = True
    else:
        response.cache_control.no_store = True
    return response


def _records_out_of_reach(error: SQLAlchemyError) -> tuple[Response | str, int]:
    """Said plainly: who looks after a hotline whose database is gone must not first look for a fault in this page."""
    log.error("database_out_of_reach", error=type(error).__name__)
    if request.endpoint == "telephone.page":
        return render_template("telephone_away.html"), 503
    return jsonify(error=RECORDS_OUT_OF_REACH), 503


def _leads_here(host: str, public: str | None) -> bool:
    """Whether a page that was asked for under this name is ours. Anybody can make a name of their own lead here."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        ip_address(name)
    except ValueError:
        return name in ("localhost", public)
    return True


class _Views:
    def __init__(self, parts: TelephoneParts) -> None:
        self._parts = parts

    def refuse_other_sites(self) -> None:
        """A page of another site can't sign, ring or record with this one's help."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        public = urlsplit(self._parts.signer.public_url)
        own = {request.host, public.netloc}
        if not _leads_here(request.host, public.hostname):
            abort(403)
        foreign = site not in (None, "same-origin") or (origin and urlsplit(origin).netloc not in own)
        # A browser always says where it comes from; the telephone in the terminal only ever puts recordings.
        silent = not site and not origin and request.endpoint != "telephone.recording"
        if foreign or silent:
            abort(403)

    def page(self) -> str:
        """The telephone."""
        signer, lines = self._parts.signer, self._parts.lines()
        return render_template(
            "telephone.html", lines=[(number, spaced(number), name) for number, name in lines], signer=signer
        )

    def lines(self) -> Reply:
        """The lines that can be rung, as [number, name]."""
        return jsonify(list(self._parts.lines()))

    def sign(self) -> Reply:
        """Signs one webhook of the simulator."""
        asked = _document()
        url, params = asked.get("url"), asked.get("params")
        if not isinstance(url, str) or not _are_pairs(params):
            abort(400)
        try:
            signature = self._parts.signer.sign(url, tuple((name, value) for name, value in params or ()))
        except NotOursToSign:
            abort(403)
        return jsonify(signature=signature)

    def clip(self, sha: str) -> Reply:
        """What is said in a clip."""
        clip = self._parts.about_clip(sha)
        if clip is None:
            abort(404)
        return jsonify(asdict(clip))

    def rings(self) -> Reply:
        """Who rings this number, and what others want of the call that its phone is in."""
        exchange = self._parts.exchange
        asked = _document()
        number, call = _text(asked, "number", 32), _text(asked, "call", 34)
        mine = exchange.leg(call) if call else None
        return jsonify(
            rings=[self._ring(leg) for leg in exchange.ringing(number)] if NUMBER.fullmatch(number) else [],
            call=_told(mine) if mine else None,
            parties=[_told(leg) for leg in exchange.dialled_by(call)] if call else [],
        )

    def _ring(self, leg: Leg) -> dict[str, Any]:
        return _told(leg) | {"in_vain": self._parts.exchange.is_unanswered(leg)}

    def add_leg(self) -> Reply:
        """A page rings the hotline, or its reply dials somebody."""
        asked = _document()
        leg = Leg(
            id=_text(asked, "id", 34),
            kind="dialled" if asked.get("dialled_by") else "incoming",
            from_number=_text(asked, "from", 32),
            to_number=_text(asked, "to", 32),
            voice_url=_text(asked, "voice_url", 2048),
            status_url=_text(asked, "status_url", 2048),
            dialled_by=_text(asked, "dialled_by", 34),
            state="ringing" if asked.get("dialled_by") else "answered",
        )
        seconds = asked.get("seconds", 0)
        if not leg.id.startswith("CA") or not isinstance(seconds, (int, float)):
            abort(400)
        try:
            self._parts.exchange.add(leg, min(float(seconds), LONGEST_RING))
        except NoSuchNumber:
            return jsonify(error="no such number"), 422
        return jsonify(id=leg.id), 201

    def change_leg(self, leg_id: str, deed: str) -> Reply:
        """Something happens to a leg. 409 when it is too late for that."""
        exchange = self._parts.exchange
        done: bool | None = None
        if deed == "answer":
            done = exchange.answer(leg_id)
        elif deed == "join":
            done = exchange.join(leg_id)
        elif deed == "refuse":
            done = exchange.refuse(leg_id)
        elif deed == "leave":
            done = exchange.leave(leg_id, "completed")
        elif deed == "give-up":
            done = exchange.give_up(leg_id) is not None
        elif deed == "sent":
            done = exchange.was_sent(leg_id, _text(_document(), "url", 2048))
        elif deed == "stop-dialling":
            exchange.stop_dialling(leg_id)
            done = True
        if done is None:
            abort(404)
        return (jsonify(done=True), 200) if done else (jsonify(done=False), 409)

    def recording(self, recording: str) -> Reply:
        """Keeps what a telephone has recorded, and plays it, as a provider does that is asked for it."""
        if request.method == "PUT":
            return self._keep_recording(recording)
        try:
            return Response(self._parts.recordings.fetch(recording), mimetype="audio/wav")
        except (RecordingMissing, NotARecording):
            abort(404)

    def _keep_recording(self, recording: str) -> Reply:
        request.max_content_length = MOST_BYTES
        try:
            call = request.args.get("call", "")[:34]
            sent = request.get_data()
            wav = wav_of(sent) if request.mimetype == SAMPLES else sent
            seconds = self._parts.recordings.keep(recording, wav, call)
        except NotARecording as refused:
            return jsonify(error=str(refused)), 400
        except RecordingKnown:
            return jsonify(error="there is one of this name already"), 409
        except ShelfFull:
            return jsonify(error="there are too many recordings already"), 429
        return jsonify(seconds=seconds), 201


def spaced(number: str) -> str:
    """A number as people read it."""
    if number.startswith("+1") and len(number) == 12:
        return f"+1 {number[2:5]} {number[5:8]} {number[8:]}"
    return number


def _told(leg: Leg) -> dict[str, Any]:
    told = asdict(leg)
    del told["rings_until"], told["joined_at"]
    return told | {"was_joined": leg.joined_at > 0}


def _document() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        abort(400)
    return found


def _text(asked: dict[str, Any], name: str, most: int) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        abort(400)
    return value


def _are_pairs(params: object) -> bool:
    return isinstance(params, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in params
    )
