"""Sends webhooks off, as the weather lets them go, and brings back what was answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urldefrag

from ivr.telephony.simulator.words import Params
from tests.network.delivery import Answer, Delivery, Failure, Parcel, Rule
from tests.network.ledger import Ledger, Webhook, WebhookKind
from tests.network.schedule import Schedule
from tests.network.weather import Weather

AT_ONCE = 64
"""How many webhooks may wait for their answers at the same time."""

OnAnswer = Callable[[Answer | Failure], None]


class PostOffice:
    """Used with the network's lock held; what takes a while is done without it."""

    def __init__(self, schedule: Schedule, delivery: Delivery, weather: Weather, ledger: Ledger) -> None:
        self.under_way = 0
        """How many webhooks are on their way, or will be."""
        self._schedule = schedule
        self._delivery = delivery
        self._weather = weather
        self._ledger = ledger
        self._pool = ThreadPoolExecutor(AT_ONCE, "phone-network-webhook")

    def send(
        self, kind: WebhookKind, method: str, url: str, params: Params, answered: OnAnswer | None = None
    ) -> None:
        """Sends a webhook; `answered` is told what came back."""
        address, rule = urldefrag(url)
        parcel = Parcel(method, address, params, Rule.read(rule), secrets.token_hex(16))
        late = self._weather.draw("delayed", kind, address, params) or 0.0
        again = self._weather.draw("repeated", kind, address, params)
        lost = self._weather.draw("lost", kind, address, params) is not None
        self._post(Webhook(kind, address, dict(params), lost=lost), parcel, late, answered)
        if again is not None:
            self._post(Webhook(kind, address, dict(params), repeated=True), parcel, late + again, None)

    def aside(self, deed: Callable[[], None]) -> None:
        """Does what takes a while, without the lock."""
        self._pool.submit(deed)

    def close(self) -> None:
        """Nothing more is sent."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _post(self, hook: Webhook, parcel: Parcel, late: float, answered: OnAnswer | None) -> None:
        self.under_way += 1
        if late:
            self._schedule.after(late, lambda: self._hand_over(hook, parcel, answered))
        else:
            self._hand_over(hook, parcel, answered)

    def _hand_over(self, hook: Webhook, parcel: Parcel, answered: OnAnswer | None) -> None:
        hook.at = self._schedule.now()
        self._ledger.webhooks.append(hook)
        self._pool.submit(self._deliver, hook, parcel, answered)

    def _deliver(self, hook: Webhook, parcel: Parcel, answered: OnAnswer | None) -> None:
        came, tries = self._delivery.deliver(parcel, lambda: self._fate(hook, parcel))

        def arrived() -> None:
            hook.tries, hook.status = tries, came.status if isinstance(came, Answer) else None
            try:
                if answered is not None:
                    answered(came)
            finally:
                self.under_way -= 1

        self._schedule.soon(arrived)

    def _fate(self, hook: Webhook, parcel: Parcel) -> Failure | None:
        with self._schedule.lock:
            about = (hook.kind, parcel.url, parcel.params)
            if hook.lost or self._weather.draw("refused", *about) is not None:
                return "ct"
            return None if self._weather.draw("unanswered", *about) is None else "rt"
