"""Writes SVG: shapes and texts with plain attributes, so that it needs no style sheet and no font of its own."""

from __future__ import annotations

from flows.languages import right_to_left

INK = "#1f2a36"
SOFT = "#5b6672"
PAPER = "#fffdf8"
LINE = "#8a94a0"
ALARM = "#a3121f"
CAUTION = "#7a5200"

FONT = "system-ui, 'Noto Sans', 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"

SMALLEST = 10.0
"""The size of the smallest letters in any drawing, in its units."""

Attribute = str | float | None


def escaped(text: str) -> str:
    """Safe as content and inside double quotes; characters that XML forbids are left out."""
    allowed = "".join(c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff"))
    allowed = allowed.replace("\ufffe", "").replace("\uffff", "")
    return allowed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def element(name: str, content: str = "", **attributes: Attribute) -> str:
    """One element. `_` in the names of attributes stands for `-`; `content` is already escaped."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    return escaped(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def text(
    x: float,
    y: float,
    words: str,
    size: float = 11.0,
    *,
    fill: str = INK,
    bold: bool = False,
    anchor: str | None = None,
) -> str:
    """One line of the picture's own words."""
    return element(
        "text",
        escaped(words),
        x=x,
        y=y,
        font_size=size,
        fill=fill,
        font_weight="bold" if bold else None,
        text_anchor=anchor,
    )


def spoken(x: float, y: float, room: float, words: str, language: str, size: float) -> str:
    """One line of what callers hear, written from right to left where the language is."""
    backwards = right_to_left(language)
    return element(
        "text",
        escaped(words),
        x=x + room if backwards else x,
        y=y,
        font_size=size,
        fill=INK,
        lang=language,
        direction="rtl" if backwards else None,
    )


def key_cap(x: float, y: float, key: str, radius: float = 8.5) -> str:
    """A round key, as on a telephone, with its middle at x, y."""
    circle = element("circle", cx=x, cy=y, r=radius, fill="#ffffff", stroke=INK, stroke_width=1.6)
    return circle + text(x, y + 4, key, 11.5, bold=True, anchor="middle")


def number_tag(x: float, y: float, number: int) -> str:
    """The number of a box, light on dark, with its middle at x, y."""
    wide = 9.0 if number < 100 else 12.0
    tag = element("rect", x=x - wide, y=y - 8, width=2 * wide, height=16, rx=4, fill=INK)
    return tag + text(x, y + 4, str(number), 10.5, fill="#ffffff", bold=True, anchor="middle")


def warning_sign(x: float, y: float, colour: str) -> str:
    """A triangle with an exclamation mark, 14 wide, its middle at x, y."""
    triangle = element("path", d=f"M{x:.1f} {y - 7:.1f}l8 13.5h-16z", fill=colour)
    return triangle + text(x, y + 5, "!", 10, fill="#ffffff", bold=True, anchor="middle")


def arrow_head(x: float, y: float, *, right: bool = False) -> str:
    """The point of an arrow that ends at x, y, pointing down or to the right."""
    path = f"M{x:.1f} {y:.1f}l-8 -4.5v9z" if right else f"M{x:.1f} {y:.1f}l-4.5 -8h9z"
    return element("path", d=path, fill=INK)


def curve(x1: float, y1: float, x2: float, y2: float, *, dashed: bool) -> str:
    """A line that leaves downwards and arrives downwards."""
    middle = (y1 + y2) / 2
    return element(
        "path",
        d=f"M{x1:.1f} {y1:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}",
        fill="none",
        stroke=INK,
        stroke_width=1.5,
        stroke_dasharray="5 4" if dashed else None,
    )
