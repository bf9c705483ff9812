"""How often callers may ask: the named policies, and how a rate is written."""

import re
from enum import StrEnum
from typing import Final

from icons.domain.errors import InvalidRequest

_RATE: Final = re.compile(r"[1-9]\d{0,8} per ([1-9]\d{0,5} )?(second|minute|hour|day)s?")


class Policy(StrEnum):
    """What is counted together. Each has a setting, ``LIMIT_<NAME>``, and may be another for one account."""

    ICONS = "icons"  # whatever demands a caller and is under no other
    FILES = "files"
    JOBS = "jobs"
    JOB_CREATION = "job_creation"
    IMAGES = "images"
    V1_IMAGES = "v1_images"
    V1_BATCH = "v1_batch"
    V1_CHAT = "v1_chat"
    LOGIN = "login"  # one user name from one address
    LOGIN_ADDRESS = "login_address"  # any user name from one address: nobody tries one password on everybody


def checked_rate(rate: str) -> str:
    """A rate such as ``600 per minute`` or ``20 per 2 minutes``, else InvalidRequest."""
    if not _RATE.fullmatch(rate):
        raise InvalidRequest("Write a rate such as: 600 per minute, 20 per 2 minutes.", {"rate": "not understood"})
    return rate
