"""What comes from the machine itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

_FORWARDING: Final = frozenset({"forwarded", "via", "client-ip", "true-client-ip"})
_FROM_BROWSERS: Final = frozenset({"x-xsrftoken", "x-requested-with"})
_PROXY_PREFIXES: Final = ("x-", "cf-", "fastly-")


@dataclass(frozen=True)
class Connection:
    """A request or websocket as it reached us."""

    client: str | None = None
    """Address of the other end; None if there is none, as with a Unix socket."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names and values, all of them."""

    @classmethod
    def of(cls, client: str | None, headers: Iterable[tuple[str, str]]) -> Connection:
        """Return a connection with the names of its headers in lower case."""
        return cls(client, tuple((name.lower(), value) for name, value in headers))

    def is_local(self) -> bool:
        """Return whether a browser on this machine asks by a name of this machine, with nobody in between.

        A proxy on the same machine connects from a loopback address too. It gives itself away by the headers it adds;
        any header that browsers do not send counts as one.
        """
        if not is_loopback(self.client) or any(_tells_of_a_proxy(name) for name, _ in self.headers):
            return False
        hosts = [value for name, value in self.headers if name == "host"]
        origins = [value for name, value in self.headers if name == "origin"]
        askers = {value for name, value in self.headers if name == "sec-fetch-site"}
        return (
            len(hosts) == 1
            and is_loopback(_host_name(f"//{hosts[0]}"))
            and len(origins) <= 1
            and askers
            <= {"same-origin", "none"}  # no page of another site or port, which a browser need not name otherwise
            and all(urlsplit(origin).netloc == hosts[0] for origin in origins)
        )


def is_loopback(host: str | None) -> bool:
    """Return whether a host name or address means this machine only."""
    if not host:
        return False
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _host_name(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        _ = parts.port  # a port that is none raises
    except ValueError:
        return None
    return None if parts.path or parts.query or parts.fragment or "@" in parts.netloc else parts.hostname


def _tells_of_a_proxy(name: str) -> bool:
    return name in _FORWARDING or (name.startswith(_PROXY_PREFIXES) and name not in _FROM_BROWSERS)
