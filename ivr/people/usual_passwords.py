"""The passwords that everybody tries first. Pure.

Long lists are for short passwords. Of twelve characters and more, the usual ones are a usual word, twice or with a
number, or a walk over the keyboard: so there is a list of words here, and a look at how a password is made.
"""

from __future__ import annotations

import unicodedata

USUAL_WORDS = frozenset(
    """
    password passwort passe motdepasse secret secretpassword mypassword thepassword passwordpassword nopassword
    welcome welcomehome bienvenue karibu marhaba letmein openup opensesame admin administrator root superuser
    helper supervisor staff hotline warmline warmlinehotline helpline callcenter callcentre redcross redcrescent
    croixrouge croissantrouge volunteer volunteers benevole internet computer ordinateur changeme changeit
    changemenow default guest test testing tester demo example iloveyou jetaime nakupenda ilovejesus godisgood
    jesuschrist jesuslovesme godislove allahuakbar bismillah inshallah alhamdulillah hakunamatata football
    basketball baseball superman batman starwars pokemon princess sunshine monkey dragon master shadow michael
    jennifer trustnoone whatever freedom liberty liberte samsung nokia iphone google facebook whatsapp
    correcthorsebatterystaple thequickbrownfox loremipsum loremipsumdolor tobeornottobe qwerty azerty qwertz
    january february march april june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday summer winter spring autumn hello hellohello helloworld bonjour salut jambo
    africa kenya nairobi tanzania uganda london paris love lovely mother father mama papa family
    """.split()  # noqa: SIM905 - a list of words is read as one
)
WALKS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2b3c4d5e6f7g8h9i0j",
    "147258369147258369",
)
LEAST_DIFFERENT = 5
STEP = 3
"""What follows the one before in a walk at least so many characters long isn't counted as chosen."""
LOOKS_LIKE = str.maketrans("0134578@$!€", "oieastbasie")


def is_usual(password: str) -> bool:
    """Whether somebody who guesses comes to it early."""
    folded = "".join(c for c in _folded(password) if c.isalnum())
    return (
        len(set(_folded(password))) < LEAST_DIFFERENT
        or _repeats(folded)
        or any(_is_a_walk(walked) for walked in (folded, folded.strip("0123456789")) if walked)
        or _is_a_usual_word(password)
    )


def letters_of(text: str) -> str:
    """Letters and digits alone, without accents, in small letters."""
    return "".join(c for c in _folded(text) if c.isalnum())


def _folded(text: str) -> str:
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in taken_apart if not unicodedata.combining(c))


def _is_a_usual_word(password: str) -> bool:
    plain = _folded(password)
    spellings = (plain, plain.strip("0123456789!?.,*#-_ @$+").translate(LOOKS_LIKE))
    return any(_made_of_usual_words("".join(c for c in s if c.isalpha())) for s in spellings)


def _made_of_usual_words(letters: str, most: int = 2) -> bool:
    """Whether this is a usual word, or two of them."""
    if letters in USUAL_WORDS:
        return True
    if most < 2:
        return False
    return any(
        letters[:at] in USUAL_WORDS and _made_of_usual_words(letters[at:], most - 1)
        for at in range(3, len(letters))
    )


def _repeats(text: str) -> bool:
    """Whether it is one short piece over and over."""
    for length in range(1, min(7, len(text) // 2) + 1):
        piece = text[:length]
        if (piece * (len(text) // length + 1))[: len(text)] == text:
            return True
    return False


def _is_a_walk(text: str) -> bool:
    """Whether it is put together from pieces of walks over the keyboard, the alphabet, or the digits."""
    ways = [*WALKS, *(walk[::-1] for walk in WALKS)]
    at = 0
    pieces = 0
    while at < len(text):
        length = next(
            (n for n in range(len(text) - at, STEP - 1, -1) if any(text[at : at + n] in way for way in ways)),
            0,
        )
        if not length:
            return False
        at += length
        pieces += 1
    return pieces <= max(1, len(text) // 4)
