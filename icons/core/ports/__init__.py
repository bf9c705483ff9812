"""What the core needs from the world: each port has IO behind it and more than one real engine."""

from icons.core.ports.accounts import Accounts, Profiles, Replies
from icons.core.ports.bells import Bus, Queue
from icons.core.ports.files import Files
from icons.core.ports.images import Images, Records
from icons.core.ports.jobs import Events, JobFilter, Jobs, Leases, Sender
from icons.core.ports.outbound import Fetched, Fetcher
from icons.core.ports.providers import Preview, Provider, Renderer
from icons.core.ports.spending import Limits, Spending
from icons.core.ports.store import Store

__all__ = [
    "Accounts",
    "Bus",
    "Events",
    "Fetched",
    "Fetcher",
    "Files",
    "Images",
    "JobFilter",
    "Jobs",
    "Leases",
    "Limits",
    "Preview",
    "Profiles",
    "Provider",
    "Queue",
    "Records",
    "Renderer",
    "Replies",
    "Sender",
    "Spending",
    "Store",
]
