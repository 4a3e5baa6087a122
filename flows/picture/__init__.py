"""A flow as a picture that a programme officer can read, print and discuss."""

from flows.picture.draw import NoSuchFlow, NoSuchLanguage, draw_flow

__all__ = ["NoSuchFlow", "NoSuchLanguage", "draw_flow"]
