"""The doctor sees a release that is older than what Warmline says by now, and one that can't be read any more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from ivr.operations.facts import line_facts
from ivr.publishing.gate import prepare, publish
from ivr.publishing.releases import Releases, make_release
from ivr.store.tables import releases
from tests.hotline import LINE_NUMBER, TODAY, Hotline


def unsaid(hotline: Hotline) -> list[str]:
    """What the doctor says is missing on the line."""
    wiring = hotline.wiring
    found = line_facts(wiring.database, wiring.releases, wiring.media, demo_allowed=True)
    assert found is not None
    [line] = found
    assert line.missing_clips == []
    return list(line.unsaid)


@pytest.mark.parametrize("since_then", ["page_not_called", "door_code"])
def test_what_came_after_the_release_is_named_until_it_is_published_again(
    small_hotline: Hotline, since_then: str
) -> None:
    """A release of last year has no recording of a text that is needed now, in any language: the doctor names it.
    After the pack was published again there is nothing to say."""
    wiring, pack = small_hotline.wiring, small_hotline.pack
    assert unsaid(small_hotline) == []
    whole = prepare(pack, wiring.library, demo_allowed=True)
    scripts = {key: script for key, script in pack.scripts.items() if key[0] != since_then}
    clips = {key: clip for key, clip in whole.clips.items() if key[0] != since_then}
    publish(wiring.database, make_release(replace(pack, scripts=scripts), clips), [LINE_NUMBER], TODAY)
    assert unsaid(small_hotline) == [f"{since_then} ({language})" for language in pack.languages]
    publish(wiring.database, whole, [LINE_NUMBER], TODAY)
    assert unsaid(small_hotline) == []


DAMAGES = (
    {"clips": '{"en": {"welcome": []}}'},
    {"clips": "null"},
    {"document": "{}"},
    {"document": '{"format": "warmline pack", "ver'},
    {"document": "[]"},
)


def test_a_release_that_cannot_be_read_does_not_stop_the_doctor(small_hotline: Hotline) -> None:
    """A disk has spoilt what is stored of a release: the doctor names the line on which callers now hear the emergency
    screen, and goes on with everything else."""
    database = small_hotline.wiring.database
    for damage in DAMAGES:
        with database.begin() as connection:
            sound = connection.execute(select(releases.c.document, releases.c.clips)).one()
            connection.execute(update(releases).values(**damage))
        found = line_facts(database, Releases(database), small_hotline.wiring.media, demo_allowed=True)
        assert [line.release_readable for line in found or []] == [False], damage
        with database.begin() as connection:
            connection.execute(update(releases).values(sound._asdict()))
