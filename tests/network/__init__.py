"""The telephone network of the tests: a provider over real HTTP whose calls are really carried out.

What it does: rings people (`Person`), executes what the hotline replies (signed webhooks to its public address), dials
nested legs with whispers, puts people through, sends status callbacks, and writes everything down in a `Ledger`.

    from tests.network import PicksUp, Person, phone_network, press

    with phone_network(PUBLIC_URL, f"http://127.0.0.1:{served.port}", speed=50) as network:
        voice, status = f"{PUBLIC_URL}/phone/twilio/voice", f"{PUBLIC_URL}/phone/twilio/status"
        network.has_line(LINE_NUMBER, voice, status_url=status)
        network.add(Person(JOSEPH, does="1"), Person(AMINA, does="1", talks=600))
        ...                            # the hotline, told `twilio_api_url=network.api_url`, places its calls
        network.wait_quiet()
    assert len(network.ledger.bridges_between(JOSEPH, AMINA)) == 1

- **The hotline's side.** `network.api_url` is the REST interface; account and token are those of `network.provider`
  (`phone_network(…, provider=Provider(token=TOKEN))` for others), and webhooks are signed with that token. `reach` is
  where the public address really leads: an address, a function that gives one, or "" for a hotline that is away. It
  may be changed at any time.
- **Time.** All durations are seconds of the network; `speed` of them pass in one real second. What is waited for from
  the hotline doesn't hurry, so an answer gets at least `least_patience` real seconds. `network.now()` is the time of
  the ledger.
- **People.** See `people.py`; `by_prompt({"take_it": "1"})` and `MoodyPerson` are there for long runs. A phone that
  rings or is talked on is busy for everybody else. A number that nobody has fails. `clips={sha256: (prompt, language)}`
  lets people know what they hear (`heard.prompts`), and `clips_fetched=True` asks for each clip once, as a provider
  does. `fictional_numbers(200)` are numbers that a hotline may ring.
- **Recordings.** On a screen that records (`heard.records`) people `speak(5, then="#")`; the provider then has so many
  seconds of sound. `network.recordings_told_after` and `recordings_appear_in` make it late with them.
- **By hand.** `network.ring_in(number, line, hangs_up_after=2)` is a flash; `network.press(number, "1")` and
  `network.hang_up(number)` act on a call under way, `network.wait_until(condition)` waits in real seconds;
  the condition may look at the network and must not ask the hotline (for that there is `tests.serving.wait_until`).
- **Weather.** `network.weather.add("repeated", "CallStatus=completed", seconds=(5, 9))`, `.storm()`, `.calm()`; see
  `weather.py`. What goes wrong with REST requests is `network.provider.faults` and `.refuse(…)`, as before:
  `Fault("lost", "POST", "/Calls.json")` loses the answer of a call that was placed all the same.
- **As a provider.** A webhook that nobody takes is tried once more, or as the fragment of its address says; then the
  fallback is asked, and without one the call fails. A Dial's `timeout` counts until a phone is picked up, a whisper
  takes as long as it takes, and the first that is through with it is connected (`network.first_to_pick_up` for those
  providers with which voicemail can win). `network.calls_per_second` is the provider's own queue.
- **Afterwards.** `network.ledger`: `legs`, `rings_of(number)`, `bridges()`, `overlapping_bridges()`,
  `rung_while_busy()`, `webhooks`, `told(sid)`. Errors of people's methods are raised at the end of the block.
"""

from __future__ import annotations

from tests.network.ledger import Bridge, Ledger, LegRecord, Webhook
from tests.network.network import PhoneNetwork, phone_network
from tests.network.people import (
    BUSY,
    DEAD,
    NEVER,
    PICKS_UP,
    SILENT,
    Chances,
    Heard,
    MoodyPerson,
    Move,
    Person,
    PicksUp,
    by_prompt,
    fictional_numbers,
    hang_up,
    press,
    speak,
    speak_and_hang_up,
)
from tests.network.weather import Weather, WebhookFault

__all__ = [
    "BUSY",
    "DEAD",
    "NEVER",
    "PICKS_UP",
    "SILENT",
    "Bridge",
    "Chances",
    "Heard",
    "Ledger",
    "LegRecord",
    "MoodyPerson",
    "Move",
    "Person",
    "PhoneNetwork",
    "PicksUp",
    "Weather",
    "Webhook",
    "WebhookFault",
    "by_prompt",
    "fictional_numbers",
    "hang_up",
    "phone_network",
    "press",
    "speak",
    "speak_and_hang_up",
]
