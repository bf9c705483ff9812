"""What the core needs from the world: each port has IO behind it and more than one real engine."""

from icons.core.ports.accounts import Accounts, Profiles, Replies
from icons.core.ports.bells import Bus, Queue
from icons.core.ports.chats import Chats
from icons.core.ports.files import Files, Signer
from icons.core.ports.hooks import Hooks
from icons.core.ports.images import Images, Records
from icons.core.ports.jobs import Backlog, Events, JobFilter, Jobs, Leases, Sender
from icons.core.ports.outbound import Fetched, Fetcher, Posted
from icons.core.ports.providers import Preview, Provider, Renderer
from icons.core.ports.spending import Limits, Spending
from icons.core.ports.store import About, Store
from icons.core.ports.workers import Workers

__all__ = [
    "About",
    "Accounts",
    "Backlog",
    "Bus",
    "Chats",
    "Events",
    "Fetched",
    "Fetcher",
    "Files",
    "Hooks",
    "Images",
    "JobFilter",
    "Jobs",
    "Leases",
    "Limits",
    "Posted",
    "Preview",
    "Profiles",
    "Provider",
    "Queue",
    "Records",
    "Renderer",
    "Replies",
    "Sender",
    "Signer",
    "Spending",
    "Store",
    "Workers",
]
