"""The people of the hotline: inviting, roles, new links, and closing an account."""

from __future__ import annotations

import re

import pytest

from ivr.people.roles import Role
from tests.console.desk import PASSWORD, Browser, Desk
from tests.hotline import PUBLIC_URL

LINK = re.compile(re.escape(PUBLIC_URL) + r"(/invitation/[\w-]+)")


@pytest.fixture
def daniel(small_desk: Desk) -> Browser:
    """An admin who has signed in."""
    return small_desk.signed_in(small_desk.employ("Daniel", Role.ADMIN))


def test_daniel_invites_sara_and_she_comes_in(desk: Desk) -> None:
    """Daniel gets a link, shown once; Sara sets her password with it and signs in; the list shows both."""
    daniel = desk.signed_in(desk.employ("Daniel", Role.ADMIN))
    daniel.get("/people")
    assert "You are the only one so far" in daniel.text
    daniel.get("/people/invite")
    daniel.post("/people/invite", {"name": "Sara", "sign_in_name": "sara", "roles": ["staff", "helper"]})
    found = LINK.search(daniel.page.text)
    assert found
    assert daniel.page.headers["Cache-Control"] == "no-store"
    assert found[1] not in daniel.get("/people").text
    assert "Invited" in daniel.text
    sara = desk.browser()
    sara.get(found[1])
    sara.post(found[1], {"name": "Sara", "password": PASSWORD})
    sara.post("/sign-in", {"name": "sara", "password": PASSWORD})
    assert "Hello Sara" in sara.text


@pytest.mark.parametrize(
    ("name", "sign_in_name", "roles", "said"),
    [
        ("", "sara", ["staff"], "Type what colleagues call this person"),
        ("Sara", "", ["staff"], "Give a sign-in name"),
        ("Sara", "sara", [], "Choose at least one role"),
        ("Sara", "sara", ["owner"], "Choose from what is offered"),
        ("Sara", "s a r a", ["staff"], "can't be used"),
        ("Sara", "daniel", ["staff"], "Somebody signs in with this name already"),
        ("S" * 121, "sara", ["staff"], "too long"),
    ],
)
def test_an_invitation_that_can_t_be_made_is_explained(
    daniel: Browser, small_desk: Desk, name: str, sign_in_name: str, roles: list[str], said: str
) -> None:
    """What is missing, unknown or taken is said at its field, what was typed stays, and nobody is invited."""
    daniel.get("/people/invite")
    daniel.post("/people/invite", {"name": name, "sign_in_name": sign_in_name, "roles": roles})
    assert said in daniel.text
    assert f'value="{name}"' in daniel.page.text
    assert len(small_desk.hotline.wiring.people.accounts.everybody()) == 1


def test_pressing_twice_invites_once(daniel: Browser, small_desk: Desk) -> None:
    """A second press on a slow line makes no second account, and says how to get the link after all."""
    daniel.get("/people/invite")
    form = {"name": "Sara", "sign_in_name": "sara", "roles": ["staff"]}
    daniel.post("/people/invite", form)
    token = daniel.hidden("csrf_token")
    daniel.post("/people/invite", {**form, "csrf_token": token})
    assert "make a new link" in daniel.text
    assert len(small_desk.hotline.wiring.people.accounts.everybody()) == 2


def test_changed_roles_can_be_undone(daniel: Browser, small_desk: Desk) -> None:
    """Daniel gives Joseph the wrong role, is told so at once, and one press puts it back."""
    joseph = small_desk.employ("Joseph")
    daniel.get(f"/people/{joseph.id}")
    daniel.post(f"/people/{joseph.id}", {"roles": ["staff"]})
    assert "The roles of Joseph are changed" in daniel.text
    assert small_desk.person(joseph).roles == {Role.STAFF}
    undo = daniel.page.text.partition('class="says"')[2].partition("</form>")[0]
    assert 'name="roles" value="helper"' in undo
    daniel.post(f"/people/{joseph.id}", {"roles": re.findall(r'name="roles" value="(\w+)"', undo)})
    assert small_desk.person(joseph).roles == {Role.HELPER}


def test_the_last_admin_stays(daniel: Browser, small_desk: Desk) -> None:
    """Daniel can't lock everybody out by giving up the only admin's role."""
    me = small_desk.hotline.wiring.people.accounts.named("daniel")
    daniel.get(f"/people/{me.id}")
    daniel.post(f"/people/{me.id}", {"roles": ["helper"]})
    assert "Make somebody else an admin first" in daniel.text
    assert "Close the account" not in daniel.text


def test_a_new_link_for_a_lost_password(daniel: Browser, small_desk: Desk) -> None:
    """Joseph forgot his password: Daniel's new link lets him choose another, and the old one counts no more."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.signed_in(worker)
    daniel.get(f"/people/{worker.id}")
    daniel.post(f"/people/{worker.id}/link")
    found = LINK.search(daniel.page.text)
    assert found
    assert joseph.get("/").request.path == "/sign-in"
    joseph.post("/sign-in", {"name": "joseph", "password": PASSWORD})
    assert joseph.path == "/sign-in"
    joseph.get(found[1])
    joseph.post(found[1], {"name": "Joseph", "password": "a new quiet river"})
    joseph.post("/sign-in", {"name": "joseph", "password": "a new quiet river"})
    assert joseph.path == "/"


def test_a_lost_phone_is_helped_with(daniel: Browser, small_desk: Desk) -> None:
    """Grace lost phone and recovery codes: with Daniel's link she sets up codes again before anything else."""
    grace = small_desk.employ("Grace", Role.SUPERVISOR)
    daniel.get(f"/people/{grace.id}")
    daniel.post(f"/people/{grace.id}/link", {"codes_off": "y"})
    found = LINK.search(daniel.page.text)
    assert found
    browser = small_desk.browser()
    browser.get(found[1])
    browser.post(found[1], {"name": "Grace", "password": PASSWORD})
    browser.post("/sign-in", {"name": "grace", "password": PASSWORD})
    assert browser.path == "/profile/codes"


def test_somebody_who_guessed_wrong_is_let_try_again(daniel: Browser, small_desk: Desk) -> None:
    """Joseph mistyped too often; Daniel has it forgotten, and Joseph is in."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.browser()
    joseph.get("/sign-in")
    while "shut for" not in joseph.text:
        joseph.post("/sign-in", {"name": "joseph", "password": "wrong"})
    daniel.get(f"/people/{worker.id}")
    daniel.post(f"/people/{worker.id}/unlock")
    assert "Joseph can try to sign in again at once" in daniel.text
    assert small_desk.signed_in(worker).path == "/"


def test_an_account_is_closed_after_a_question(daniel: Browser, small_desk: Desk) -> None:
    """Closing can't be undone, so it is asked first; then Joseph is out, and his name stays for the audit log."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.signed_in(worker)
    daniel.get(f"/people/{worker.id}/close")
    assert "This can't be undone" in daniel.text
    assert small_desk.person(worker).state == "active"
    for _ in range(2):
        daniel.post(f"/people/{worker.id}/close")
    assert small_desk.person(worker).state == "closed"
    assert "1 closed account" in daniel.get("/people").text
    assert joseph.get("/").request.path == "/sign-in"
    assert "This account is closed" in daniel.get(f"/people/{worker.id}").text
    daniel.get("/people/invite")
    assert daniel.post(f"/people/{worker.id}", {"roles": ["admin"]}).status_code == 404


def test_signing_somebody_out(daniel: Browser, small_desk: Desk) -> None:
    """Joseph left a browser open in a café: Daniel ends it from here."""
    worker = small_desk.employ("Joseph")
    joseph = small_desk.signed_in(worker)
    daniel.get(f"/people/{worker.id}")
    daniel.post(f"/people/{worker.id}/sign-out")
    assert "Joseph is signed out everywhere" in daniel.text
    assert joseph.get("/").request.path == "/sign-in"


@pytest.mark.parametrize("address", ["/people/{}", "/people/{}/close"])
@pytest.mark.parametrize("person_id", ["0" * 32, "nobody", "%F0%9F%92%A9"])
def test_a_person_who_isn_t_there(daniel: Browser, address: str, person_id: str) -> None:
    """An address of nobody is answered in the house's words."""
    assert daniel.get(address.format(person_id)).status_code == 404
    assert "There is nothing at this address" in daniel.text


def test_names_are_only_ever_text(daniel: Browser, small_desk: Desk) -> None:
    """Mallory calls himself by a script; wherever his name stands, it is read and never run."""
    script = "<script>alert(1)</script>"
    daniel.get("/people/invite")
    daniel.post("/people/invite", {"name": script, "sign_in_name": "mallory", "roles": ["helper"]})
    for address in ("/people", "/", "/audit"):
        page = daniel.get(address)
        assert script not in page.text
        assert "&lt;script&gt;" in page.text


def test_nobody_is_made_a_supervisor_unseen(small_desk: Desk) -> None:
    """Mallory, at Sara's open browser, makes her a supervisor and makes a link past Grace's codes: Daniel reads of both
    on his next page, and Sara too, with the way to end it."""
    grace, daniel = small_desk.employ("Grace", Role.SUPERVISOR), small_desk.employ("Daniel", Role.SUPERVISOR)
    worker = small_desk.employ("Sara", Role.ADMIN)
    sara, reader = small_desk.signed_in(worker), small_desk.signed_in(daniel)
    sara.get(f"/people/{worker.id}")
    sara.post(f"/people/{worker.id}", {"roles": ["admin", "supervisor"]})
    assert "You let Sara in as: Supervisor." in sara.text
    sara.get(f"/people/{grace.id}")
    sara.post(f"/people/{grace.id}/link", {"codes_off": "y"})
    sara.get("/")
    assert "You made a link for Grace that needs no one-time code." in sara.text
    assert "Wasn't it you? Sign out everywhere" in sara.text
    reader.get("/numbers")
    assert "Sara let Sara in as: Supervisor." in reader.text
    assert "Sara made a link for Grace that needs no one-time code. Ask Grace" in reader.text
    assert "Wasn't it you?" not in reader.text
