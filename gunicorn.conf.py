"""`gunicorn -c gunicorn.conf.py`: the web, as the settings say; workers run beside it.

The service itself is imported by the worker processes only: see icons/servers.
"""

import os
import sys
from pathlib import Path

from dotenv import dotenv_values

sys.path.insert(0, str(Path(__file__).parent))  # gunicorn may have been started elsewhere

if {**dotenv_values(".env"), **os.environ}.get("WEB_RUNTIME") == "eventlet":
    import eventlet

    eventlet.monkey_patch()  # here: it mends locks that exist by walking all objects, and stumbles over Pydantic's

from config import load_settings
from icons.domain.errors import SettingsError

try:
    globals().update(load_settings().serving.options(), wsgi_app="app:create_app()")
except SettingsError as error:
    sys.exit(f"Wrong setting: {error.message}")
