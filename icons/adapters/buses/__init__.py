"""Doorbells of the event log: an engine per URL scheme."""

from icons.adapters.buses.memory import MemoryBus
from icons.core.ports import Bus
from icons.domain.errors import SettingsError


def open_bus(url: str) -> Bus:
    """``memory:`` -> within this process; ``redis://``, ``rediss://`` or ``unix://`` -> the fleet."""
    if url == "memory:":
        return MemoryBus()
    if url.startswith(("redis://", "rediss://", "unix://")):
        from icons.adapters.buses.redis import RedisBus  # a third of a second to import

        return RedisBus(url)
    raise SettingsError(f"BUS_URL is {url.split(':')[0]}; write memory: or redis://host:6379/0.")
