"""Can the provider reach us: the public address, and webhooks signed as the provider signs them."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning

SLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """What came back from the public address.

    `failure` names what went wrong when nothing came; `missing` is what the hotline itself says it lacks.
    `signed_status` is the HTTP status of a webhook signed with the account's token, None when none was sent;
    `unsigned_status` that of one with no signature.
    """

    url: str
    is_loopback: bool = False
    failure: str = ""
    status: int = 0
    missing: str = ""
    seconds: float = 0.0
    signed_status: int | None = None
    unsigned_status: int | None = None


def check_address(facts: AddressFacts) -> list[Finding]:
    """Reached over https, ready, quick, and of one mind with the provider about signatures."""
    findings = [_reached(facts)]
    if findings[0].level != "problem":
        findings += _scheme(facts) + _signatures(facts)
    return findings


def check_proxies(public_url: str, proxies: int) -> Finding | None:
    """Whether it is known who signs in from where. None where nothing is wrong."""
    if proxies or not public_url.startswith("https://"):
        return None
    return warning(
        "Proxies",
        "the public address is https, which a reverse proxy has to speak, and WARMLINE_PROXIES says there is none",
        "Set WARMLINE_PROXIES to how many there are. Until then all who sign in seem to come from one address, and a "
        "stranger's wrong guesses shut out everybody whose browser isn't known yet.",
    )


def _reached(facts: AddressFacts) -> Finding:
    subject = "Public address"
    if not facts.url:
        return problem(
            subject, "not set", "Set WARMLINE_PUBLIC_URL to the https address at which calls arrive."
        )
    if facts.failure:
        return problem(
            subject,
            f"{facts.url} can't be reached ({facts.failure})",
            "Check that Warmline runs, and the domain name, firewall and reverse proxy in front of it.",
        )
    if 300 <= facts.status < 400:
        return problem(
            subject,
            f"{facts.url} sends its visitors on to another address",
            "Set WARMLINE_PUBLIC_URL to the final address: on the way what callers key would be lost.",
        )
    if facts.status == 503:
        return problem(
            subject, f"{facts.url} isn't ready: {facts.missing or 'it does not say why'}", "Provide it."
        )
    if facts.status != 200:
        return problem(
            subject,
            f"{facts.url}/healthz answers {facts.status}, so something else than Warmline is there",
            "Check where the domain name and the reverse proxy lead.",
        )
    if facts.seconds > SLOW_SECONDS:
        return warning(
            subject,
            f"{facts.url} takes {facts.seconds:.1f} seconds to answer",
            "Callers hear silence for as long. A busy or distant machine? See docs/performance.md.",
        )
    return good(subject, f"{facts.url} answers and is ready for calls")


def _scheme(facts: AddressFacts) -> list[Finding]:
    if facts.url.startswith("https://"):
        return []
    step = (
        "Put a reverse proxy with a certificate in front, and set WARMLINE_PUBLIC_URL to its https address."
    )
    if facts.is_loopback:
        found = "it exists on this machine only: right for trying out, and out of reach for real calls"
        return [warning("Public address", found, step)]
    found = "it isn't https: anybody on the way can listen in on what callers key"
    return [problem("Public address", found, step)]


def _signatures(facts: AddressFacts) -> list[Finding]:
    findings = []
    if facts.unsigned_status is not None and facts.unsigned_status < 400:
        findings.append(
            problem(
                "Signatures",
                "a webhook without a signature is taken for real",
                "Something in front of Warmline answers in its place. Check the reverse proxy.",
            )
        )
    if facts.signed_status == 403:
        findings.append(
            problem(
                "Signatures",
                "a webhook signed with your token is refused at the public address",
                "WARMLINE_PUBLIC_URL and WARMLINE_TWILIO_AUTH_TOKEN must be the same for this command and for the web "
                "process: start it again after changing them. A reverse proxy must not rewrite the path.",
            )
        )
    elif facts.signed_status is not None and facts.signed_status >= 400:
        findings.append(
            problem(
                "Signatures",
                f"a signed webhook is answered with {facts.signed_status}",
                "Look into the web process's log for why.",
            )
        )
    if not findings and facts.signed_status is not None:
        findings.append(good("Signatures", "what Twilio signs is accepted, what nobody signed is refused"))
    return findings
