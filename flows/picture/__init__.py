"""A flow as a picture that a programme officer can read, print and discuss."""

from flows.picture.draw import NoSuchFlow, NoSuchLanguage, draw_flow
from flows.picture.sheets import Paper, draw_sheets

__all__ = ["NoSuchFlow", "NoSuchLanguage", "Paper", "draw_flow", "draw_sheets"]
