"""The reaching-out side of Twilio, and of every provider with the same REST interface.

Only workers and the command line import this module: the SDK's REST client takes almost half a second to import, and a
web process has no business ringing anybody. A test holds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from twilio.base.values import unset
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

from ivr.telephony import twilio_network_records as records
from ivr.telephony.contract import (
    CallState,
    LeftCall,
    LeftRecording,
    NumberRefused,
    NumberSetup,
    RecordingMissing,
    RecordingTooLarge,
)
from ivr.telephony.twilio_network_errors import ask, ask_once, meaning
from ivr.telephony.twilio_network_http import AnswerTooLarge, BoundedHttpClient
from ivr.telephony.twilio_number import TwilioAccount, TwilioNumber, persistent
from ivr.vault.number import PhoneNumber
from ivr.vault.plain import e164_of

CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]

MOST_RECORDING_BYTES = 8_000_000
"""Eight minutes as the provider sends them (16 bit, 8 kHz); a voice message is at most two."""

_MOST_LOOKALIKES = 50


class TwilioNetwork:
    """Rings, ends, fetches and deletes. Every request is sent at most once and is over within 20 seconds.

    Raises the errors of ivr.telephony.contract, which carry the provider's codes and never a number.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        api_url: str | None = None,
        name: str = "twilio",
        http: BoundedHttpClient | None = None,
    ) -> None:
        self.name = name
        self._account_sid = account_sid
        self._credentials = (account_sid, auth_token)
        self._http = http or BoundedHttpClient(api_url or "")
        self._client = Client(account_sid, auth_token, http_client=self._http)

    def place_call(
        self,
        to: PhoneNumber,
        caller_id: str,
        voice_url: str,
        status_url: str,
        ring_seconds: int,
        fallback_url: str = "",
    ) -> str:
        """Rings a number; the provider's id of the call. After AnswerLost the call may have been placed."""
        call = ask(
            lambda: self._client.calls.create(
                to=e164_of(to),
                from_=caller_id,
                url=persistent(voice_url),
                method="POST",
                status_callback=persistent(status_url),
                status_callback_method="POST",
                status_callback_event=CALL_EVENTS,
                timeout=ring_seconds,
                fallback_url=persistent(fallback_url) if fallback_url else unset,
                fallback_method="POST" if fallback_url else unset,
            )
        )
        return str(call.sid)

    def placed(self, to: PhoneNumber, caller_id: str, since: float) -> list[str]:
        """The calls that we placed to a number from a line since a time, the newest first."""
        return records.placed(self._client, e164_of(to), caller_id, since)

    def redirect(self, call: str, voice_url: str) -> None:
        """Makes a call under way ask this address what to do next. Nothing happens when it is over."""
        ask_once(lambda: self._client.calls(call).update(url=persistent(voice_url), method="POST"))

    def hangup(self, call: str) -> None:
        """Ends a call, whether it is waiting, ringing or being talked on."""
        over = CallInstance.UpdateStatus.COMPLETED
        ask_once(lambda: self._client.calls(call).update(status=over))

    def fetch_recording(self, recording: str) -> bytes:
        """The recording as a WAV file. Raises RecordingMissing, RecordingTooLarge."""
        address = f"{self._account_address}/Recordings/{quote(recording, safe='')}.wav"
        try:
            status, body = ask(lambda: self._http.download(address, self._credentials, MOST_RECORDING_BYTES))
        except AnswerTooLarge:
            raise RecordingTooLarge(f"more than {MOST_RECORDING_BYTES} bytes") from None
        if status == 404:
            raise RecordingMissing("the provider has no such recording, or not yet")
        if status != 200:
            raise meaning(status, None)
        return body

    def delete_recording(self, recording: str) -> None:
        """Deletes it at the provider, which keeps its length and date for forty days more."""
        ask_once(lambda: self._client.recordings(recording).delete())

    def delete_call(self, call: str) -> None:
        """Deletes the record of a call that is over, and not its recordings. CallUnderWay while it isn't over."""
        ask_once(lambda: self._client.calls(call).delete())

    def state_of(self, call: str) -> CallState:
        """Whether a call is under way, over, or no longer known to the provider."""
        return records.state_of(self._client, call)

    def legs_of(self, call: str) -> list[str]:
        """The calls that a call has dialled, also after its own record is gone."""
        return records.legs_of(self._client, call)

    def recordings_of(self, call: str) -> list[str]:
        """The recordings of a call, also after its record is gone; not those of its legs."""
        return records.recordings_of(self._client, call)

    def calls_left(self, line_number: str, before: float) -> Iterator[LeftCall]:
        """The call records from and to a line that began before a time (seconds since 1970)."""
        return records.calls_left(self._client, line_number, before)

    def recordings_left(self, before: float) -> Iterator[LeftRecording]:
        """The account's recordings from before a time, whoever made them."""
        return records.recordings_left(self._client, before)

    def provision(self, number: str, voice_url: str, fallback_url: str, status_url: str) -> NumberSetup:
        """Points a number at this installation, and says how it is set up now."""
        wanted = TwilioNumber(
            number, persistent(voice_url), "POST", fallback_url, "POST", persistent(status_url), "POST"
        )
        return self.set_up(wanted).setup()

    def number_setup(self, number: str) -> NumberSetup:
        """How a number is set up. Raises NumberRefused when the account doesn't have it."""
        return self.look_up(number).setup()

    def look_up(self, number: str) -> TwilioNumber:
        """The same, with the methods by which the addresses are asked. Raises NumberRefused likewise."""
        return _as_set_up(self._own_number(number))

    def set_up(self, wanted: TwilioNumber) -> TwilioNumber:
        """Sets addresses and methods, and gives them as the provider has stored them. Leaves overrides alone."""
        own = self._own_number(wanted.number)
        return _as_set_up(
            ask(
                lambda: own.update(
                    voice_url=wanted.voice_url,
                    voice_method=wanted.voice_method,
                    voice_fallback_url=wanted.fallback_url,
                    voice_fallback_method=wanted.fallback_method,
                    status_callback=wanted.status_url,
                    status_callback_method=wanted.status_method,
                )
            )
        )

    def account(self) -> TwilioAccount:
        """What kind of account this is. Raises CredentialsRefused when there is none such."""
        account = ask(lambda: self._client.api.accounts(self._account_sid).fetch())
        return TwilioAccount(str(account.type or ""), str(account.status or ""))

    def balance(self) -> str:
        """What is left to spend, such as "12.30 USD". Accounts billed afterwards may refuse: RequestRefused."""
        balance = ask(lambda: self._client.api.accounts(self._account_sid).balance.fetch())
        return f"{balance.balance} {balance.currency}"

    @property
    def clock_ahead_seconds(self) -> float | None:
        """By how much this machine's clock was ahead of the provider's at the last answer; None before any."""
        return self._http.ahead_seconds

    @property
    def _account_address(self) -> str:
        return f"https://api.twilio.com/2010-04-01/Accounts/{self._account_sid}"

    def _own_number(self, number: str) -> IncomingPhoneNumberInstance:
        # The provider finds every number that contains this one, so the list has to be looked through.
        found = ask(
            lambda: self._client.incoming_phone_numbers.list(phone_number=number, limit=_MOST_LOOKALIKES)
        )
        for candidate in found:
            if candidate.phone_number == number:
                return candidate
        raise NumberRefused("the account has no such number")


def _as_set_up(own: IncomingPhoneNumberInstance) -> TwilioNumber:
    return TwilioNumber(
        number=own.phone_number or "",
        voice_url=own.voice_url or "",
        voice_method=own.voice_method or "POST",
        fallback_url=own.voice_fallback_url or "",
        fallback_method=own.voice_fallback_method or "POST",
        status_url=own.status_callback or "",
        status_method=own.status_callback_method or "POST",
        overridden_by=_override(own),
    )


def _override(own: IncomingPhoneNumberInstance) -> str:
    if own.trunk_sid:
        return f"trunk {own.trunk_sid}"
    if own.voice_application_sid:
        return f"application {own.voice_application_sid}"
    if str(own.voice_receive_mode or "") == "fax":
        return "fax mode"
    return ""
