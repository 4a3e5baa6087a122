"""Packs being worked on, their numbers on sheets, and voices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.export import as_recording_sheet
from flows.model import Pack
from ivr.recording.drafts import Drafts, NoSuchDraft
from ivr.recording.voices import Voices, VoiceUnknown, VoiceUnusable, mixes
from tests.hotline import the_shipped_pack
from tests.recording.room_rig import DAY, KEY, reworded


@pytest.fixture
def drafts(database: Engine) -> Drafts:
    return Drafts(database)


def without(pack: Pack, prompt: str) -> Pack:
    scripts = {key: script for key, script in pack.scripts.items() if key[0] != prompt}
    return replace(pack, scripts=scripts)


def test_a_draft_is_the_same_for_every_process(drafts: Drafts, database: Engine) -> None:
    """Sara brings a pack on one machine: every page and worker elsewhere sees it, and its next version too."""
    pack = the_shipped_pack()
    elsewhere = Drafts(database)
    assert elsewhere.packs() == []
    with pytest.raises(NoSuchDraft):
        elsewhere.pack("first_line")
    brought = drafts.bring(pack, DAY)
    assert len(brought.new) == len(pack.scripts)
    assert elsewhere.pack("first_line") == pack
    assert elsewhere.languages() == list(pack.languages)
    changed = reworded(pack, KEY, "Pumua polepole.")
    again = drafts.bring(changed, DAY)
    assert (again.new, again.changed, again.gone) == ((), (KEY,), ())
    script = elsewhere.script(*KEY)
    assert script is not None
    assert script.text == "Pumua polepole."
    assert elsewhere.draft("first_line").version == 2


def test_the_same_pack_again_changes_nothing(drafts: Drafts) -> None:
    """Publishing brings the pack each time: what didn't change stays the same draft."""
    drafts.bring(the_shipped_pack(), DAY)
    drafts.bring(the_shipped_pack(), DAY)
    assert drafts.draft("first_line").version == 1


def test_a_number_on_a_sheet_means_one_prompt_for_ever(drafts: Drafts) -> None:
    """A prompt that is dropped leaves its number unused: an old sheet on the wall never means other words."""
    pack = the_shipped_pack()
    drafts.bring(pack, DAY)
    numbers = drafts.sheet_numbers()
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    number = numbers["breathing"]
    drafts.bring(without(pack, "breathing"), DAY)
    new = {("later", "en"): replace(pack.scripts["breathing", "en"], prompt="later")}
    drafts.bring(replace(without(pack, "breathing"), scripts=pack.scripts | new), DAY)
    assert drafts.prompt_of(number) == "breathing"
    assert drafts.sheet_number("later") == len(numbers) + 1
    assert (drafts.sheet_number("nobody"), drafts.prompt_of(9999)) == (None, None)


def test_the_sheet_is_numbered_as_phones_and_files_are(drafts: Drafts) -> None:
    """Whoever reads from the sheet meets the numbers in their order, and keys the same ones on a phone."""
    pack = the_shipped_pack()
    drafts.bring(pack, DAY)
    sheet = as_recording_sheet(pack, ["sw"], drafts.sheet_numbers(), voice="Sara <S>")
    first = next(iter(drafts.scripts("sw")))
    assert drafts.sheet_number(first) == 1
    assert f'<p class="name">1. {first}</p>' in sheet
    assert "Voice: <strong>Sara &lt;S&gt;</strong>" in sheet
    places = [sheet.index(f">{number}. ") for number in range(1, 40)]
    assert places == sorted(places)


def test_where_two_drafts_differ_the_last_one_brought_is_recorded(drafts: Drafts) -> None:
    """Sara begins her own flow as a copy of the shipped one: her words are what is recorded, however it is called."""
    shipped = the_shipped_pack()
    own = replace(reworded(shipped, KEY, "Pumua polepole."), id="a_copy")
    drafts.bring(own, DAY)
    drafts.bring(shipped, DAY)
    assert drafts.scripts("sw")["breathing"] == shipped.scripts[KEY]
    assert (drafts.said_otherwise(own), drafts.said_otherwise(shipped)) == ({KEY: "first_line"}, {})
    drafts.bring(own, DAY)
    script = drafts.script(*KEY)
    assert script is not None
    assert script.text == "Pumua polepole."
    assert (drafts.said_otherwise(own), drafts.said_otherwise(shipped)) == ({}, {KEY: "a_copy"})
    drafts.drop("a_copy")
    assert drafts.script(*KEY) == shipped.scripts[KEY]
    assert drafts.said_otherwise(shipped) == {}
    assert drafts.sheet_number("breathing") is not None
    with pytest.raises(NoSuchDraft):
        drafts.drop("a_copy")


def test_two_who_bring_at_once_share_the_numbers(database: Engine) -> None:
    """Two people publish two packs in the same second: no number is given twice."""
    pack = the_shipped_pack()
    packs = [replace(pack, id=f"pack_{n}", entry=pack.entry) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: Drafts(database).bring(one, DAY), packs))
    numbers = Drafts(database).sheet_numbers()
    assert len(set(numbers.values())) == len(numbers)


def test_a_language_has_a_usual_voice(database: Engine, tmp_path: Path) -> None:
    """The first voice of a language is its usual one until Sara says otherwise; one name is one voice."""
    voices = Voices(database)
    assert voices.usual("sw") == ""
    sara, joseph = voices.add("sw", " Sara  W. "), voices.add("sw", "Joseph")
    assert (sara.name, sara.usual, joseph.usual) == ("Sara W.", True, False)
    with ThreadPoolExecutor(4) as pool:
        assert {one.name for one in pool.map(lambda _: voices.add("sw", "Leila"), range(8))} == {"Leila"}
    assert [one.name for one in voices.all("sw")] == ["Sara W.", "Joseph", "Leila"]
    voices.make_usual(joseph.id)
    assert voices.usual("sw") == "Joseph"
    assert sum(one.usual for one in voices.all("sw")) == 1
    assert voices.usual("fr") == ""
    for name in ("", "  ", "x" * 65):
        with pytest.raises(VoiceUnusable):
            voices.add("sw", name)
    with pytest.raises(VoiceUnknown):
        voices.make_usual("0" * 32)


def test_two_people_in_one_menu_are_noticed() -> None:
    """Sara says what a key is for and Joseph which key it is: that menu is named, once, and no other."""
    pack = the_shipped_pack()
    voices_of = dict.fromkeys(pack.scripts, "Sara")
    assert mixes(pack, voices_of) == []
    voices_of["to_listen", "sw"] = "Joseph"
    found = mixes(pack, voices_of)
    assert found
    assert {(mix.language, mix.voices) for mix in found} <= {
        ("sw", ("Sara", "Joseph")),
        ("sw", ("Joseph", "Sara")),
    }
    assert all(mix.node.startswith("first_line: ") for mix in found)
    voices_of["to_listen", "sw"] = ""
    assert ("Sara", "") in {mix.voices for mix in mixes(pack, voices_of)}
    del voices_of["to_listen", "sw"]
    assert mixes(pack, voices_of) == []
