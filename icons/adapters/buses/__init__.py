"""Doorbells of the event log: an engine per URL scheme."""

from icons.adapters.buses.memory import MemoryBus
from icons.core.ports import Bus
from icons.domain.errors import SettingsError


def open_bus(url: str) -> Bus:
    """``memory:`` -> within this process."""
    if url == "memory:":
        return MemoryBus()
    raise SettingsError(f"BUS_URL is {url.split(':')[0]}; write memory:.")
