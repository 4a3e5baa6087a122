"""The telephone page can be read and touched, by day and by night, on a small screen and on a large one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import RunningHotline, Telephone

pytestmark = pytest.mark.browser

# The contrast of every piece of text against what is painted behind it, as WCAG reckons it.
CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const painted = numbers(getComputedStyle(at).backgroundColor);
      if (painted.length === 3 || painted[3] > 0) return painted;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.disabled) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([element.textContent.trim().slice(0, 30), contrast]);
  }
  return found;
}"""

SIZES = """() => [...document.querySelectorAll('button, summary, select, #number')]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.textContent.trim().slice(0, 12), element.getBoundingClientRect()])
  .map(([name, box]) => [name, Math.min(box.width, box.height)])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_strong_contrast(
    running_hotline: RunningHotline, open_telephone: Callable[..., Telephone], scheme: str
) -> None:
    """Every word on the page stands out at least seven to one, by day and by night, at rest and in a call."""
    daniel = open_telephone(running_hotline.address, color_scheme=scheme)
    daniel.page.locator("summary").click()
    found = daniel.page.evaluate(CONTRASTS)
    daniel.call()
    daniel.wait_for_key("1")
    daniel.press("1")
    daniel.wait_for("Hello")
    found += daniel.page.evaluate(CONTRASTS)
    assert len(found) > 60
    assert [(text, round(contrast, 1)) for text, contrast in found if contrast < 7] == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_everything_can_be_touched_and_nothing_is_cut_off(
    running_hotline: RunningHotline, open_telephone: Callable[..., Telephone], width: int
) -> None:
    """On the smallest telephone as on a desk, keys are big enough for a thumb and the page never moves sideways."""
    sara = open_telephone(running_hotline.address, viewport={"width": width, "height": 740})
    sara.page.locator("summary").click()
    assert [(name, size) for name, size in sara.page.evaluate(SIZES) if size < 44] == []
    assert sara.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_telephone_s_screen_the_keys_are_seen_without_moving(
    running_hotline: RunningHotline, open_telephone: Callable[..., Telephone]
) -> None:
    """On a small telephone, what each key does and the beginning of what is said are seen together with the keys."""
    sara = open_telephone(running_hotline.address, viewport={"width": 360, "height": 740})
    sara.call()
    sara.wait_for_key("4")
    box = sara.page.locator("#keys").bounding_box()
    said = sara.page.locator("#lines").bounding_box()
    assert box is not None
    assert said is not None
    assert box["y"] + box["height"] <= said["y"] + 1
    assert said["y"] + 60 <= 740
    assert sara.page.evaluate("scrollY") == 0


def test_a_screen_reader_finds_every_part(
    running_hotline: RunningHotline, open_telephone: Callable[..., Telephone]
) -> None:
    """Whoever listens to the page instead of seeing it finds the telephone, its keys by name, and the transcript."""
    page = open_telephone(running_hotline.address).page
    assert page.get_by_role("region", name="Telephone").count() == 1
    for key in [*"0123456789", "Star", "Hash", "Call", "Hang up"]:
        assert page.get_by_role("button", name=key, exact=True).count() == 1
    assert page.get_by_role("log", name="Transcript").get_attribute("aria-live") == "polite"
    assert page.get_by_role("status").inner_text() == "Ready"
