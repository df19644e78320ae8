"""Who is let in: a name and a password on a page of ours, Basic, or a token for programs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from html import escape
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

_LASTS = 30 * 24 * 3_600  # seconds that a login lasts
_MOST_LOGINS, _MOST_ADDRESSES = 10_000, 10_000
_LONGEST_WAIT = 10.0  # seconds after many wrong passwords: others may share the address
_LARGEST_FORM = 10_000  # bytes


class Door:
    """Lets in who knows the password; wrong ones make their address wait, longer each time.

    A wait begins at half a second and doubles. While it lasts no password is looked at, so that
    trying many at once helps nobody. Logins are known to this process alone.
    """

    def __init__(
        self, auth: str, token: str | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take USER:PASS, and what programs may send as a bearer token instead."""
        self._allowed = {_digest(auth)} | ({_digest(token)} if token else set())
        self._auth = _digest(auth)
        self._clock = clock
        self._logins: OrderedDict[str, float] = OrderedDict()  # what a cookie holds, until when
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how often, until when
        self._name = f"rag-login-{secrets.token_hex(4)}"  # cookies go to every port of a host

    def admits(self, headers: Headers, address: str) -> bool | float:
        """Say whether a request may pass; else the seconds that its address has to wait."""
        cookie = cookie_parser(headers.get("cookie", "")).get(self._name, "")
        if self._logins.get(cookie, 0.0) > self._clock():
            return True
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._try(given.strip(), f"{address} bearer")  # no loop locks a person out
        if kind.lower() == "basic":
            try:
                return self._try(base64.b64decode(given).decode(), address, basic=True)
            except ValueError:  # no base64, or of no text
                return False
        return False

    def _try(self, given: str, address: str, *, basic: bool = False) -> bool | float:
        """Look at a password or a token, unless the address has to wait: then say how long."""
        count, until = self._wrong.get(address, (0, 0.0))
        if (left := until - self._clock()) > 0:
            return left
        digest = _digest(given)
        allowed = [self._auth] if basic else self._allowed
        if sum(hmac.compare_digest(digest, each) for each in allowed):
            self._wrong.pop(address, None)
            return True
        wait = min(_LONGEST_WAIT, 0.5 * 2**count)
        self._wrong[address] = (min(count + 1, 20), self._clock() + wait)
        self._wrong.move_to_end(address)
        if len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        return False

    async def log_in(self, request: Request, *, secure: bool) -> Response:
        """Answer a form with ``username`` and ``password``: a cookie, or the form once more."""
        html = "text/html" in request.headers.get("accept", "")
        given = await _form(request)
        passed = self._try(f"{given.get('username', '')}:{given.get('password', '')}",
                           address_of(request.scope), basic=True)  # fmt: skip
        if passed is not True:
            return refusal(passed, html=html, tried=True)
        response: Response
        response = RedirectResponse("./", 303) if html else JSONResponse({"success": True})
        cookie = secrets.token_urlsafe(32)
        self._logins[cookie] = self._clock() + _LASTS
        if len(self._logins) > _MOST_LOGINS:
            self._logins.popitem(last=False)
        response.set_cookie(
            self._name, cookie, max_age=_LASTS, httponly=True, samesite="lax", secure=secure
        )
        return response


async def _form(request: Request) -> dict[str, Any]:
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > _LARGEST_FORM:
        return {}
    try:
        return dict(await request.form(max_files=0, max_fields=10))
    except Exception:  # noqa: BLE001  # whatever is wrong with it: it is no login
        return {}


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def address_of(scope: Any) -> str:
    """Return from which address a request comes; of IPv6 the network that one customer has.

    >>> address_of({"client": ("2001:db8:1:2:a::b", 9)}), address_of({"client": ("10.0.0.7", 9)})
    ('2001:db8:1:2::/64', '10.0.0.7')
    """
    client = scope.get("client")
    name = str(client[0]) if client else ""
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


def refusal(wait: bool | float, *, html: bool, tried: bool = False) -> Response:
    """Return the answer to who is not let in: the page to log in, or JSON for programs."""
    waits = math.ceil(wait) if isinstance(wait, float) else 0
    status = 429 if waits else 401
    headers = {"Retry-After": str(waits)} if waits else {}
    said = ""
    if waits:
        said = f"Too many wrong passwords. Wait {waits} s, then try again."
    elif tried:
        said = "The name or the password is wrong."
    if html:
        return login_page(said, status, headers)
    return JSONResponse({"detail": said or "Not authenticated"}, status, headers)


def login_page(
    said: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return the page to log in; it loads nothing."""
    told = f'<p role="alert">{escape(said)}</p>' if said else ""
    return HTMLResponse(_PAGE.replace("<!-- said -->", told), status, headers)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Papers: log in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
form { width: min(20rem, 88vw); display: grid; gap: .75rem; }
h1 { font-size: 1.25rem; margin: 0; }
label { display: grid; gap: .25rem; }
input, button { font: inherit; padding: .6rem .7rem; border: 1px solid #767676; }
button { cursor: pointer; }
[role=alert] { margin: 0; color: light-dark(#a31515, #ff9b93); }
</style></head><body><main><form method="post" action="login">
<h1>Papers</h1><!-- said -->
<label>Name <input name="username" autocomplete="username" required autofocus></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button>
</form></main></body></html>
"""
