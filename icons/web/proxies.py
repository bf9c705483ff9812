"""Whose word counts about where a request came from: that of the operator's own proxies, and nobody else's."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from icons.domain.errors import SettingsError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def trusting(application: "WSGIApplication", proxies: str) -> "WSGIApplication":
    """The application behind ``proxies``: their number, or their addresses and networks by commas; "" = none.

    A number believes whoever connects, so that nobody may reach the service but through them. SettingsError.
    """
    if not proxies.strip():
        return application
    try:
        if proxies.strip().isdecimal():
            count = int(proxies)
            return ProxyFix(application, x_for=count, x_proto=1, x_host=1)
        networks = [ipaddress.ip_network(each.strip()) for each in proxies.split(",")]
    except ValueError:
        raise SettingsError(
            "TRUSTED_PROXIES: write how many proxies are in front, such as 1, or their addresses, such as "
            "127.0.0.1,10.0.0.0/8."
        ) from None
    return KnownProxies(application, networks)


class KnownProxies:
    """WSGI middleware. Reads X-Forwarded-For from its end, as long as each hop is known."""

    def __init__(self, application: "WSGIApplication", networks: Iterable[Network]) -> None:
        self._application, self._networks = application, tuple(networks)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not self._knows(environ.get("REMOTE_ADDR", "")):
            return self._application(environ, start_response)
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        strangers = next((number for number, hop in enumerate(reversed(hops), 1) if not self._knows(hop)), len(hops))
        fixed: Callable[..., Iterable[bytes]] = ProxyFix(self._application, x_for=strangers, x_proto=1, x_host=1)
        return fixed(environ, start_response)

    def _knows(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._networks)
