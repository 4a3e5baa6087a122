"""Every address of the application, and who may use it."""

from __future__ import annotations

from pathlib import Path

from tests.hotline import make_hotline, with_simulator

SIGNED = "whoever signs with the provider's secret"
ANYBODY = "anybody"
OWN_PAGE = "the telephone's own page, where the simulator is on"

WHO_MAY = {
    "/phone/<provider>/voice": ("POST", SIGNED),
    "/phone/<provider>/turn": ("POST", SIGNED),
    "/phone/<provider>/status": ("POST", SIGNED),
    "/phone/<provider>/recording": ("POST", SIGNED),
    "/phone/fallback": ("GET POST", ANYBODY),
    "/media/<sha>.wav": ("GET", ANYBODY),
    "/healthz": ("GET", ANYBODY),
    "/telephone": ("GET", OWN_PAGE),
    "/telephone/lines": ("GET", OWN_PAGE),
    "/telephone/static/<path:filename>": ("GET", OWN_PAGE),
    "/telephone/sign": ("POST", OWN_PAGE),
    "/telephone/clips/<sha>": ("GET", OWN_PAGE),
    "/telephone/rings": ("POST", OWN_PAGE),
    "/telephone/legs": ("POST", OWN_PAGE),
    "/telephone/legs/<leg_id>/<deed>": ("POST", OWN_PAGE),
    "/telephone/recordings/<recording>": ("PUT", OWN_PAGE),
}


def routes(tmp_path: Path, **settings: object) -> dict[str, str]:
    """Addresses with their methods, as the application has them."""
    app = make_hotline(tmp_path, **settings).app
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {rule: " ".join(sorted(methods)) for rule, methods in found.items()}


def test_every_address_is_in_the_table(tmp_path: Path) -> None:
    """An address that nobody has thought about fails this test, and so does one that has gone."""
    found = routes(tmp_path, **with_simulator())
    assert found == {rule: methods for rule, (methods, _) in WHO_MAY.items()}


def test_without_the_simulator_there_is_no_telephone(tmp_path: Path) -> None:
    """On a real hotline the telephone page and everything below it doesn't exist."""
    found = routes(tmp_path)
    assert found == {rule: methods for rule, (methods, who) in WHO_MAY.items() if who != OWN_PAGE}


def test_whoever_does_not_sign_is_refused(tmp_path: Path) -> None:
    """Mallory posts to every signed address without a signature, and is refused at each."""
    app = make_hotline(tmp_path).app
    for rule, (_, who) in WHO_MAY.items():
        if who == SIGNED:
            answer = app.test_client().post(rule.replace("<provider>", "twilio"), data={"CallSid": "CA1"})
            assert answer.status_code == 403, rule
