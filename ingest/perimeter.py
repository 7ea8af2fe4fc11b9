"""The perimeter: where strangers send us, by a redirect, a link or a name, may not lie in a private network."""

from collections.abc import Callable, Iterable
from ipaddress import ip_address
from types import SimpleNamespace
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL


class Trespass(aiohttp.ClientError):
    """Somebody sends us to an address in a private network."""


def private(host: str) -> bool:
    """Tell whether a host is inside: an address that is not everybody's, or a name without a dot."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host
    return not address.is_global or address.is_multicast


class Perimeter(AbstractResolver):
    """Lets a web ask the hosts that were configured wherever they are, and others only outside.

    What a private host redirects to is trusted like itself. A name is looked up once, here, so that it cannot point
    elsewhere by the time it is asked. A proxy of the environment may be anywhere.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        private: Callable[[str], bool] = private,
        resolver: Callable[[], AbstractResolver] = DefaultResolver,
    ) -> None:
        self._private = private
        proxies = {urlsplit(url).hostname or "" for url in getproxies().values()}
        self._trusted = {*hosts, *proxies}
        self._inside: set[str] = set()
        self._resolver = resolver()

    def check(self, url: str) -> None:
        """Raise `Trespass` if an address lies inside and nobody configured it."""
        host = URL(url).host or ""
        if host not in self._trusted and self._private(host):
            raise Trespass(host)

    @property
    def trace(self) -> aiohttp.TraceConfig:
        """Return what looks at redirects before they are followed."""
        config = aiohttp.TraceConfig()
        config.on_request_redirect.append(self._redirected)
        return config

    async def _redirected(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, told: aiohttp.TraceRequestRedirectParams
    ) -> None:
        here = told.url.host or ""
        headers = told.response.headers
        there = told.url.join(URL(headers.get("Location") or headers.get("URI") or "")).host or ""
        if here in self._inside or self._private(here):
            self._trusted.add(there)
        elif there != here and self._private(there):
            told.response.close()
            raise Trespass(there)

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Look a name up; raise `Trespass` if all it leads to lies inside and the name is not trusted."""
        found = await self._resolver.resolve(host, port, family)  # type: ignore[arg-type] # a family as aiohttp gives it
        outside = [one for one in found if not self._private(one["host"])]
        if host in self._trusted:
            if not outside:
                self._inside.add(host)
            return found
        if not outside:
            raise Trespass(host)
        return outside

    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()
