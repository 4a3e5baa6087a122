"""Telephones in browsers ring each other, and ring when the hotline calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.vault.number import PhoneNumber
from tests.browser.conftest import Telephone
from tests.browser.scripted import WEBHOOKS, ScriptedHotline, play
from tests.hotline import LINE_NUMBER

pytestmark = pytest.mark.browser

Open = Callable[..., Telephone]
GOODBYE = play(0.2) + "<Hangup/>"


def dial(number: str, timeout: int = 20, whisper: str = "", told: str = "") -> str:
    url = f' url="{whisper}"' if whisper else ""
    url += f' statusCallback="{told}" statusCallbackEvent="answered completed"' if told else ""
    return (
        f'<Dial action="{WEBHOOKS}/dialled" callerId="{LINE_NUMBER}" timeout="{timeout}">'
        f"<Number{url}>{number}</Number></Dial>"
    )


def wait_told(hotline: ScriptedHotline, telephone: Telephone, path: str) -> dict[str, str]:
    """Waits until something was posted to a path, and gives back the first."""
    for _ in range(200):
        if hotline.told(path):
            return hotline.told(path)[0]
        telephone.page.wait_for_timeout(50)
    raise AssertionError(f"nothing was posted to {path}")


def test_a_helper_is_rung_and_talks(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """The hotline dials Joseph for Amina; he answers, they are connected, he hangs up, and Amina hears goodbye."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number))
    scripted.reply("dialled", GOODBYE)
    amina.call()
    joseph.wait_until("rung")
    assert "From +1 202 555 0100" in joseph.page.locator("#about").inner_text()
    joseph.page.get_by_role("button", name="Answer").click()
    amina.wait_for("You are connected")
    joseph.wait_for("You are connected")
    joseph.page.get_by_role("button", name="Hang up").click()
    dialled = wait_told(scripted, amina, "dialled")
    assert dialled["DialCallStatus"] == "completed"
    assert 0 < int(dialled["DialCallDuration"]) < 10
    amina.wait_for("The call is over")
    assert amina.problems == joseph.problems == []


def test_the_caller_hangs_up_on_the_helper(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Amina hangs up while talking with Joseph: his telephone is put down as well."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number))
    amina.call()
    joseph.wait_until("rung")
    joseph.page.keyboard.press("Enter")
    amina.wait_for("You are connected")
    amina.page.keyboard.press("Escape")
    joseph.wait_until("at rest")
    assert wait_told(scripted, amina, "status")["CallStatus"] == "completed"


@pytest.mark.parametrize(("answers", "outcome"), [(True, "completed"), (False, "busy")])
def test_how_a_dialled_phone_ended_is_told(
    scripted: ScriptedHotline, open_telephone: Open, answers: bool, outcome: str
) -> None:
    """The hotline dials Joseph and wants to know of his leg: it learns how that ended, and whose leg it was."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number, told=f"{WEBHOOKS}/leg-status"))
    scripted.reply("dialled", GOODBYE)
    amina.call()
    joseph.wait_until("rung")
    if answers:
        joseph.page.get_by_role("button", name="Answer").click()
        amina.wait_for("You are connected")
    joseph.page.keyboard.press("Escape")
    told = wait_told(scripted, joseph, "leg-status")
    assert (told["CallStatus"], told["To"]) == (outcome, joseph.number)
    assert told["ParentCallSid"] == scripted.told("voice")[0]["CallSid"]


def test_nobody_answers(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Joseph lets it ring: after the time the hotline allows, it stops ringing and Amina is told something else."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number, timeout=3))
    scripted.reply("dialled", GOODBYE)
    amina.call()
    joseph.wait_until("rung")
    assert wait_told(scripted, amina, "dialled")["DialCallStatus"] == "no-answer"
    joseph.wait_until("at rest")


def test_a_helper_who_is_in_a_call_is_busy(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Joseph is in a call of his own: he isn't disturbed, and Amina doesn't wait."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", play(30))
    joseph.call()
    joseph.wait_until("talking")
    scripted.reply("voice", dial(joseph.number))
    scripted.reply("dialled", GOODBYE)
    amina.call()
    assert wait_told(scripted, amina, "dialled")["DialCallStatus"] == "busy"
    assert joseph.page.locator("body").get_attribute("data-state") == "talking"


def test_a_helper_refuses(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Joseph refuses the call: it stops ringing at once for both."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number))
    scripted.reply("dialled", GOODBYE)
    amina.call()
    joseph.wait_until("rung")
    joseph.page.keyboard.press("Escape")
    assert wait_told(scripted, amina, "dialled")["DialCallStatus"] == "busy"
    joseph.wait_until("at rest")


def test_a_helper_hears_the_whisper_first(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Joseph presses 1 to take the call before he is connected, so that nobody lands in a voicemail."""
    amina, joseph = open_telephone(scripted.address), open_telephone(scripted.address)
    scripted.reply("voice", dial(joseph.number, whisper=f"{WEBHOOKS}/whisper"))
    gather = f'<Gather numDigits="1" action="{WEBHOOKS}/taken">{play(3)}</Gather><Hangup/>'
    scripted.reply("whisper", gather)
    scripted.reply("taken", play(0.1))
    amina.call()
    joseph.wait_until("rung")
    joseph.page.keyboard.press("Enter")
    assert wait_told(scripted, amina, "whisper")["Direction"] == "outbound-dial"
    assert "You are connected." not in amina.said
    joseph.page.keyboard.press("1")
    amina.wait_for("You are connected")


def test_the_hotline_rings_a_telephone(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """A worker places a call to Amina: her telephone rings, she answers, hears the reply, and the hotline is told."""
    amina = open_telephone(scripted.address)
    scripted.reply("callback", play(0.3))
    call = scripted.network.place_call(
        PhoneNumber(amina.number), LINE_NUMBER, f"{WEBHOOKS}/callback", f"{WEBHOOKS}/status", 30
    )
    amina.wait_until("rung")
    amina.page.get_by_role("button", name="Answer").click()
    assert (
        wait_told(scripted, amina, "callback") | {"CallSid": call, "Direction": "outbound-api"}
        == (scripted.told("callback")[0])
    )
    told = wait_told(scripted, amina, "status")
    assert (told["CallSid"], told["CallStatus"]) == (call, "completed")


def test_the_hotline_rings_for_nothing(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Amina doesn't answer: the hotline is told so, once, however many telephones have her number."""
    amina, same_number = open_telephone(scripted.address), open_telephone(scripted.address)
    same_number.page.evaluate(f"sessionStorage.setItem('number', '{amina.number}')")
    same_number.page.reload()
    scripted.network.place_call(
        PhoneNumber(amina.number), LINE_NUMBER, f"{WEBHOOKS}/callback", f"{WEBHOOKS}/status", 2
    )
    amina.wait_until("rung")
    same_number.wait_until("rung")
    assert wait_told(scripted, amina, "status")["CallStatus"] == "no-answer"
    amina.wait_until("at rest")
    amina.page.wait_for_timeout(1500)
    assert len(scripted.told("status")) == 1


def test_the_hotline_ends_and_moves_calls(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """A worker sends Amina's call elsewhere, and later ends it: both reach her telephone within a second or two."""
    amina = open_telephone(scripted.address)
    scripted.reply("voice", play(30))
    scripted.reply("elsewhere", play(30))
    amina.call()
    call = wait_told(scripted, amina, "voice")["CallSid"]
    amina.wait_until("talking")
    scripted.network.redirect(call, f"{WEBHOOKS}/elsewhere")
    assert wait_told(scripted, amina, "elsewhere")["CallSid"] == call
    scripted.network.hangup(call)
    amina.wait_until("at rest")
    assert len(scripted.told("elsewhere")) == 1


def test_a_voice_message_is_recorded(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Amina speaks after the tone and presses a key: the hotline gets a recording that it can fetch and delete."""
    amina = open_telephone(scripted.address)
    scripted.reply(
        "voice",
        f'<Record action="{WEBHOOKS}/recorded" maxLength="20" timeout="5" '
        f'recordingStatusCallback="{WEBHOOKS}/recording" recordingStatusCallbackEvent="completed absent"/>',
    )
    scripted.reply("recorded", GOODBYE)
    amina.call()
    amina.wait_for("Speak after the tone")
    amina.page.wait_for_timeout(3000)
    amina.press("#")
    recorded = wait_told(scripted, amina, "recorded")
    assert recorded["Digits"] == "#"
    assert int(recorded["RecordingDuration"]) in (2, 3, 4)
    assert wait_told(scripted, amina, "recording")["RecordingStatus"] == "completed"
    assert scripted.network.fetch_recording(recorded["RecordingSid"])[:4] == b"RIFF"


def test_no_microphone_is_no_disaster(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """Leila's machine has no microphone: the hotline hears that there is no recording and goes on."""
    leila = open_telephone(scripted.address)
    leila.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }"
    )
    scripted.reply(
        "voice",
        f'<Record action="{WEBHOOKS}/recorded" recordingStatusCallback="{WEBHOOKS}/recording" '
        f'recordingStatusCallbackEvent="absent"/><Redirect>{WEBHOOKS}/nothing</Redirect>',
    )
    scripted.reply("nothing", GOODBYE)
    leila.call()
    assert wait_told(scripted, leila, "recording")["RecordingStatus"] == "absent"
    leila.wait_for("There is no microphone")
    leila.wait_for("The call is over")
    assert scripted.told("recorded") == []


def test_what_breaks_is_shown(scripted: ScriptedHotline, open_telephone: Open) -> None:
    """A reply that can't be had is told to whoever tries the hotline, in words, and the call ends."""
    sara = open_telephone(scripted.address)
    sara.call()
    sara.wait_for("The hotline answered with an error (404)")
    sara.wait_for("The call failed")
    sara.wait_until("at rest")
