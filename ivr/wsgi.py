"""What a web server loads: `ivr.wsgi:app`."""

from __future__ import annotations

from ivr.app import create_app
from ivr.logs import set_up_logs
from ivr.settings import load_settings
from ivr.wiring import wire

_settings = load_settings()
set_up_logs(_settings.log_level)
app = create_app(wire(_settings))
