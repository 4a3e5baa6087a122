"""What is said in a clip: looked up in the releases that are on air, for the transcript beside the telephone."""

from __future__ import annotations

from sqlalchemy import Engine

from flows.house import MOMENTS, WAITING_TIMES
from flows.model import AGAIN, BACK, Pack, Play
from flows.prompts import named_by
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.releases import Release, Releases
from ivr.store.engine import reading
from ivr.telephony.simulator.clips import HeardClip, unpunctuated

UNANNOUNCED = {AGAIN: "To hear it again", BACK: "To go back"}


class ScriptsOnAir:
    """Every line, and what its clips say. Releases never change, so each is indexed once in this process."""

    def __init__(self, database: Engine, releases: Releases) -> None:
        self._database = database
        self._releases = releases
        self._indexed: dict[str, dict[str, HeardClip]] = {}

    def lines(self) -> list[tuple[str, str]]:
        """(number, name) of every line on air that the simulator can ring: a line answers its own provider only."""
        with reading(self._database) as connection:
            return [
                (line.number, line.name)
                for line in all_lines(connection)
                if line.release_id and line.provider == "simulator"
            ]

    def about(self, sha: str) -> HeardClip | None:
        """What is said in the clip with this content hash, None when no line on air plays it."""
        with reading(self._database) as connection:
            for line in all_lines(connection):
                index = self._indexed.get(line.release_id or "") or self._index(line)
                if sha in index:
                    return index[sha]
        return None

    def _index(self, line: Line) -> dict[str, HeardClip]:
        release = self._releases.readable(line.release_id)
        if release is None:
            return {}
        return self._indexed.setdefault(release.id, _heard(release))


def _heard(release: Release) -> dict[str, HeardClip]:
    pack = release.pack
    passable = _passable(pack)
    apart = _apart(pack)
    always = {language: _always(pack, language) for language in pack.languages}
    return {
        clip.sha: HeardClip(
            prompt,
            script.text.strip(),
            language,
            clip.seconds,
            always.get(language, ()),
            passable=prompt in passable,
            apart=prompt in apart,
        )
        for (prompt, language), clip in release.clips.items()
        if (script := pack.scripts.get((prompt, language))) is not None
    }


def _always(pack: Pack, language: str) -> tuple[tuple[str, str], ...]:
    """The keys of the whole flow, each in the words with which callers hear it announced, where there are any."""
    found = []
    for key in pack.flows[pack.entry].keys.values():
        script = pack.scripts.get((key.say or "", language))
        found.append((key.key, unpunctuated(script.text) if script else UNANNOUNCED.get(key.go, key.go)))
    return tuple(found)


def _passable(pack: Pack) -> frozenset[str]:
    nodes = (node for flow in pack.flows.values() for node in flow.nodes.values())
    return frozenset(prompt for node in nodes if isinstance(node, Play) for prompt in node.prompts)


def _apart(pack: Pack) -> frozenset[str]:
    """What no flow says: it is said to helpers, staff and listeners, and to callers whom the line rings."""
    nodes = (node for flow in pack.flows.values() for node in flow.nodes.values())
    return frozenset(MOMENTS) - {prompt for node in nodes for prompt in named_by(node)} - set(WAITING_TIMES)
