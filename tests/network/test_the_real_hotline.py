"""The network of the tests in front of the hotline itself: whoever rings hears the pack that is on air."""

from __future__ import annotations

from ivr.publishing.lines import all_lines
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, PUBLIC_URL, TOKEN, Hotline
from tests.network import Person, by_prompt, phone_network
from tests.telephony.fake_rest import serve
from tests.telephony.provider.state import Provider


def clips_of(hotline: Hotline) -> dict[str, tuple[str, str]]:
    """Which prompt in which language has which sha256."""
    with hotline.wiring.database.connect() as connection:
        release = next(line.release_id for line in all_lines(connection) if line.release_id)
    return {clip.sha: key for key, clip in hotline.wiring.releases.get(release).clips.items()}


def test_amina_rings_chooses_a_language_and_is_heard_to_the_end(small_hotline: Hotline) -> None:
    """She chooses Swahili and says nothing more: every clip is there, nothing fails, and the call ends kindly."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    clips = clips_of(small_hotline)
    with (
        serve(small_hotline.app) as reach,
        phone_network(
            PUBLIC_URL, reach, speed=100, provider=provider, clips=clips, clips_fetched=True
        ) as network,
    ):
        voice, fallback = f"{PUBLIC_URL}/phone/twilio/voice", f"{PUBLIC_URL}/phone/fallback"
        network.has_line(LINE_NUMBER, voice, fallback, f"{PUBLIC_URL}/phone/twilio/status")
        network.add(Person(AMINA, by_prompt({"this_language": "4"})))
        leg = network.ring_in(AMINA, LINE_NUMBER)
        network.wait_quiet(30)
    said = [network.clips.said(url) for url in leg.played]
    assert (leg.outcome, leg.troubles, leg.pressed) == ("completed", [], "4")
    assert {language for heard in leg.heard[1:] for _, language in heard.said} == {"sw"}
    assert said[-1] == ("goodbye", "sw")
    assert {hook.status for hook in network.ledger.webhooks} == {200, 204}
