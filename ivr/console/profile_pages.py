"""One's own profile: who one is, the own number, PIN and password, and where one is signed in."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request

from ivr.console.digits import international, plain_digits
from ivr.console.forms import options
from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import LANGUAGES, gettext, language
from ivr.console.own_number import keep_own, remove_own
from ivr.console.profile_forms import AboutForm, NumberForm, PasswordForm, PinForm
from ivr.console.refused import password_words, pin_words, shut_words
from ivr.console.says import say
from ivr.console.signed_in import let_in, let_out, me, my_token
from ivr.console.times import zone_name, zones
from ivr.console.words import GENDERS, language_name, language_names, reads_choices, role_words
from ivr.people.person import Person
from ivr.people.refusals import (
    NameUnusable,
    NoPhoneCodeLeft,
    PasswordRefused,
    PinRefused,
    ProfileUnusable,
    ShutFor,
    TooBusy,
    WrongNameOrPassword,
)
from ivr.people.roles import Right
from ivr.vault.errors import CannotBeCalled, VaultOutOfReach
from ivr.vault.number import NotANumber, PhoneNumber


def add_profile(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/profile", "profile", profile, methods=["GET"])
    console.add_url_rule("/profile/about", "about", about, methods=both)
    console.add_url_rule("/profile/number", "number", number, methods=both)
    console.add_url_rule("/profile/pin", "pin", pin, methods=both)
    console.add_url_rule("/profile/password", "password", password, methods=both)
    console.add_url_rule("/profile/sign-out-everywhere", "out_everywhere", out_everywhere, methods=["POST"])


def profile() -> Response:
    """What Warmline knows of whoever reads this, and the ways to change it."""
    person = me()
    return page(
        "profile.html",
        person=person,
        roles_in_words=role_words(person.roles),
        gender=GENDERS.get(person.gender, ""),
        languages_spoken=language_names(person.languages),
        zone=zone_name(my_zone(), language()),
        reads=LANGUAGES.get(person.reads) or reads_choices()[0][1],
        recovery_left=parts().people.codes.left(person.id) if person.has_codes else 0,
        on_the_phone=person.may(Right.TAKE_CALLBACKS),
    )


def about() -> Response:
    """Name, languages, gender, time zone, and the language of the pages."""
    person = me()
    form = AboutForm(obj=replace(person, time_zone=my_zone()))
    spoken = sorted({*parts().spoken(), *person.languages, *LANGUAGES}, key=language_name)
    form.languages.choices = options((code, language_name(code)) for code in spoken)
    form.time_zone.choices = options(zones(language(), my_zone()))
    form.reads.choices = options(reads_choices())
    if form.validate_on_submit():
        try:
            parts().people.profiles.change(
                person.id,
                name=form.name.data,
                languages=form.languages.data,
                gender=form.gender.data,
                time_zone=form.time_zone.data,
                reads=form.reads.data,
                now=now(),
            )
            say(gettext("Your profile is changed."))
            return go("console.profile")
        except NameUnusable:
            form.refuse(form.name, gettext("This name can't be used. Use letters, and no phone number."))
        except ProfileUnusable as refused:
            form.refuse(
                form._fields.get(refused.field), gettext("This can't be kept. Choose something else.")
            )
    return page("about.html", form=form)


def number() -> Response:
    """The own number: it is sealed, and shown nowhere again."""
    person = me()
    if request.method == "POST" and "remove" in request.form:
        remove_own(parts(), person, now())
        say(gettext("Your number is shredded."))
        return go("console.profile")
    form = NumberForm()
    if form.validate_on_submit() and _number_kept(form, person):
        say(gettext("Your number is sealed. No page shows it again."))
        return go("console.profile")
    return page("own_number.html", form=form, person=person)


def _number_kept(form: NumberForm, person: Person) -> bool:
    try:
        keep_own(parts(), person, PhoneNumber(international(form.number.data)), now())
    except NotANumber:
        form.refuse(
            form.number,
            gettext("This can't be a phone number. Begin with + and the country code, then the number."),
        )
    except CannotBeCalled:
        form.refuse(
            form.number,
            gettext("Warmline doesn't call numbers of this kind or country. Give another, or ask an admin."),
        )
    except VaultOutOfReach:
        form.refuse(
            None, gettext("The vault doesn't answer, so the number wasn't kept. Try again in a few minutes.")
        )
    else:
        return True
    return False


def pin() -> Response:
    """The PIN with which one says on a phone who one is."""
    person = me()
    if request.method == "POST" and "remove" in request.form:
        parts().people.pins.off(person.id, now())
        say(gettext("Your PIN is deleted."))
        return go("console.profile")
    form = PinForm()
    if form.validate_on_submit():
        if plain_digits(form.pin.data) != plain_digits(form.again.data):
            form.refuse(form.again, gettext("The two PINs differ. Type both again."))
        elif _pin_set(form, person):
            say(gettext("Your PIN is set. Your phone code is on this page."))
            return go("console.profile")
    return page("pin.html", form=form, person=person)


def _pin_set(form: PinForm, person: Person) -> bool:
    try:
        parts().people.pins.set(person.id, plain_digits(form.pin.data), now())
    except PinRefused as refused:
        form.refuse(form.pin, pin_words(refused.why))
    except TooBusy as busy:
        form.refuse(None, shut_words(busy))
    except NoPhoneCodeLeft:
        form.refuse(None, gettext("All phone codes are given away. Tell an admin; nothing is lost."))
    else:
        return True
    return False


def password() -> Response:
    """A new password. Signs out everywhere else."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            passed = parts().people.sign_in.change_password(my_token(), form.old.data, form.new.data, now())
            answer = let_in(passed, go("console.profile"))
            say(gettext("Your password is changed. Everywhere else you are signed out."))
            return answer
        except WrongNameOrPassword:
            form.refuse(form.old, gettext("This isn't the password you have now."))
        except PasswordRefused as refused:
            form.refuse(form.new, password_words(refused.why))
        except ShutFor as shut:
            form.refuse(None, shut_words(shut))
    return page("password.html", form=form)


def out_everywhere() -> Response:
    """Signs out on every browser, this one too."""
    person = me()
    parts().people.sign_in.out_everywhere(person.id, person.id, now())
    answer = let_out(go("console.sign_in"))
    say(gettext("You are signed out everywhere."))
    return answer
