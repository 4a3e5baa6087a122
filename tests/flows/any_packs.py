"""Packs that nobody would write: made at random, with names that may lead nowhere."""

from __future__ import annotations

from hypothesis import strategies as st

from flows.model import (
    AskLanguage,
    Branch,
    Callback,
    Choice,
    Connect,
    End,
    Enter,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Option,
    Pack,
    Play,
    Rate,
    Return,
    Review,
    Script,
    Services,
    VoiceMessage,
)

NAMES = ["start", "main", "listen", "talk", "quiet", "crisis", "goodbye"]
FLOWS = ["first", "second", "third"]
PROMPTS = ["welcome", "to_listen", "breathing", "goodbye", "$emergency_number"]
KEYS = list("0123456789*#")

names = st.sampled_from([*NAMES, "nowhere"])
prompts = st.lists(st.sampled_from(PROMPTS), min_size=1, max_size=3).map(tuple)
maybe = st.none() | names
says = st.sampled_from(PROMPTS[:-1])
some_keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True)


@st.composite
def nodes(draw: st.DrawFn, name: str) -> Node:
    """Any node, leading anywhere."""
    go = lambda: draw(names)  # noqa: E731
    match draw(st.integers(0, 11)):
        case 0:
            return AskLanguage(name, go(), draw(maybe), draw(st.integers(1, 5)))
        case 1:
            options = tuple(Option(key, draw(says), go()) for key in draw(some_keys))
            return Menu(
                name, draw(prompts), options, draw(maybe), draw(st.integers(1, 5)), draw(st.booleans())
            )
        case 2:
            return Play(name, draw(prompts), go(), draw(st.sampled_from([None, "completion"])))
        case 3:
            choices = tuple(Choice(key, draw(says)) for key in draw(some_keys))
            return Rate(
                name, draw(prompts), choices, draw(st.sampled_from(["mood", "when"])), go(), draw(maybe)
            )
        case 4:
            return Callback(
                name, "support", go(), go(), draw(st.sampled_from([(), ("mood",), ("where", "when")]))
            )
        case 5:
            return Services(name, "health", go(), go(), draw(st.sampled_from([None, "mood"])))
        case 6:
            return Connect(name, draw(st.sampled_from(["crisis", "emergency"])), go(), go())
        case 7:
            return VoiceMessage(name, draw(prompts), go(), draw(maybe))
        case 8:
            return Branch(name, "number", (("yes", go()), ("no", go())), go())
        case 9:
            return Enter(name, draw(st.sampled_from([*FLOWS, "nowhere"])), go())
        case 10:
            return Return(name)
        case _:
            return End(name, draw(prompts))


@st.composite
def flows(draw: st.DrawFn, name: str, languages: tuple[str, ...]) -> Flow:
    chosen = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=7, unique=True))
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=3, unique=True))
    going = st.sampled_from([*NAMES, "again", "back"])
    return Flow(
        id=name,
        languages=languages,
        start=draw(st.sampled_from([*chosen, "nowhere"])),
        nodes={each: draw(nodes(each)) for each in chosen},
        keys={key: GlobalKey(key, draw(going), draw(st.none() | says)) for key in keys},
        silence=draw(maybe),
        title=draw(st.text(max_size=20)),
    )


@st.composite
def scripts(draw: st.DrawFn, prompt: str, language: str) -> Script:
    short = st.text(max_size=30)
    return Script(
        prompt=prompt,
        language=language,
        text=draw(st.text(max_size=200)),
        direction=draw(short),
        aim_seconds=draw(st.floats(0, 300)),
        therapeutic=draw(st.booleans()),
        source=draw(short),
        licence=draw(short),
        review=Review(draw(short), draw(short), draw(short)),
    )


@st.composite
def any_packs(draw: st.DrawFn) -> Pack:
    """Any pack that the model can hold, right or wrong."""
    languages = draw(st.sampled_from([("en",), ("en", "ar"), ("fr", "sw", "ar", "no")]))
    chosen = FLOWS[: draw(st.integers(1, 3))]
    said = draw(st.lists(st.sampled_from(PROMPTS[:-1]), max_size=3, unique=True))
    return Pack(
        id="any",
        entry="first",
        flows={name: draw(flows(name, languages)) for name in chosen},
        scripts={(p, code): draw(scripts(p, code)) for p in said for code in languages},
    )
