"""The web pages of the people who work on the hotline."""
