"""Signs webhooks as the provider does, with the simulator's own token."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ivr.telephony.signature import sign
from ivr.telephony.simulator.words import Params

WEBHOOKS = "/phone/simulator/"
FALLBACK = "/phone/fallback"


class NotOursToSign(Exception):
    """Something that is no webhook of this installation's simulator was to be signed."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The simulator's account at itself. `public_url` has no trailing slash."""

    account: str
    token: str
    public_url: str

    def sign(self, url: str, params: Params) -> str:
        """Signs the simulator's own webhooks and nothing else. Raises NotOursToSign."""
        if not self._is_ours(url) or any(n == "AccountSid" and v != self.account for n, v in params):
            raise NotOursToSign
        return sign(self.token.encode(), url, params)

    def _is_ours(self, url: str) -> bool:
        if not url.startswith(self.public_url):
            return False
        path = urlsplit(url[len(self.public_url) :]).path
        steps = unquote(path).replace("\\", "/").split("/")
        return (path.startswith(WEBHOOKS) or path == FALLBACK) and not {".", ".."} & set(steps)

    @property
    def voice_url(self) -> str:
        return f"{self.public_url}{WEBHOOKS}voice"

    @property
    def status_url(self) -> str:
        return f"{self.public_url}{WEBHOOKS}status"

    @property
    def fallback_url(self) -> str:
        return f"{self.public_url}{FALLBACK}?provider=simulator"
