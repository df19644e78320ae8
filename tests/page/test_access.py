"""With a password: every route asks for it, programs have their own ways in, guessing is slow."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time

import httpx
import pytest
from gradio.routes import App

from page.conftest import Site, serve
from ui.access import Door, address_of
from ui.app import build
from ui.uploads import Uploads

AUTH, TOKEN = "me:a secret: with a colon", "token-of-programs"
USER, PASSWORD = "me", "a secret: with a colon"
ROUTES = [
    "/", "/config", "/theme.css", "/robots.txt", "/favicon.ico", "/gradio_api/info", "/logout",
    "/gradio_api/app_id", "/gradio_api/startup-events", "/gradio_api/queue/status", "/docs",
    "/gradio_api/openapi.json", "/openapi.json", "/gradio_api/file=/etc/passwd", "/static/x.svg",
    "/gradio_api/upload", "/gradio_api/mcp/", "/mcp", "/gradio_api/mcp/sse", "/gradio_api/token",
    "/gradio_api/heartbeat/x", "/assets/index.js", "/login_check", "/gradio_api/login_check", "//",
]  # fmt: skip


@pytest.fixture(scope="module")
def guarded(site: Site):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")  # as behind a proxy that says who asks
        with serve(site.assistant, auth=AUTH, token=TOKEN, mcp=True) as url:
            yield url


@pytest.fixture
def http(guarded):
    with httpx.Client(base_url=guarded, timeout=60) as client:
        yield client


def log_in(http: httpx.Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return http.post("/login", data={"username": USER, "password": password}, headers=headers)


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_asks(http, route):
    for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
        assert http.request(method, route).status_code == 401, method
    wrong = {"Authorization": "Bearer wrong", "X-Forwarded-For": "10.0.0.7"}
    assert http.get(route, headers=wrong).status_code in (401, 429)


@pytest.mark.parametrize("path", ["/", "/gradio_api/queue/join", "/mcp"])
def test_a_socket_is_refused_and_fills_no_log(guarded, path, capfd):
    host, _, port = guarded.removeprefix("http://").strip("/").partition(":")
    asked = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    asked += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(asked.encode())
        answer = connection.recv(1_000)
    assert answer.startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 401 "))
    assert "ERROR" not in capfd.readouterr().err


def test_a_header_of_another_shape_lets_nobody_in_and_fills_no_log(guarded, capfd):
    host, _, port = guarded.removeprefix("http://").strip("/").partition(":")
    odd = ["Basic", "Basic ====", "Basic \xff\xfe", "Basic /////w==", "Bearer \xff", "\xff"]
    lines = [f"Authorization: {each}" for each in odd]
    lines += ["Cookie: =", "Cookie: \xff=\xff; ;;=", "Cookie: " + "a=b; " * 5_000]
    for number, line in enumerate(lines):
        asked = f"GET /config HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{line}\r\n"
        asked += f"X-Forwarded-For: 10.2.0.{number}\r\n\r\n"
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(asked.encode("latin-1"))
            assert connection.recv(1_000).startswith(b"HTTP/1.1 401 "), line[:40]
    assert "ERROR" not in capfd.readouterr().err


def paths_of(routes):
    for route in routes:
        within = getattr(route, "original_router", route)
        yield getattr(route, "path", "/")
        yield from paths_of(getattr(within, "routes", None) or [])


def test_every_route_that_there_is_asks(http, site):
    app = App.create_app(build(site.assistant, Uploads(), mcp=True, own_models=False))
    paths = {re.sub(r"\{[^}]*\}", "x", path) or "/" for path in paths_of(app.routes)}
    assert len(paths) > 40
    for path in sorted(paths - {"/login", "/login/"}):
        for beginning in ("", "/gradio_api"):
            for method in ("GET", "POST", "PROPFIND"):
                assert http.request(method, beginning + path).status_code == 401, (method, path)


def test_a_network_of_ones_own_makes_no_guess_faster():
    door = Door(AUTH, None, clock=lambda: 0.0)
    names = [f"2001:db8:1:2::{n:x}" for n in range(9)]
    tried = [door._try("wrong", address_of({"client": (name, 1)})) for name in names]
    assert tried == [False, *[0.5] * 8]
    others = ["2001:db8:1:3::1", "::ffff:10.0.0.7", "fe80::1%eth0", "10.0.0.7", "testclient"]
    assert [address_of({"client": (name, 1)}) for name in others] == [
        "2001:db8:1:3::/64", "10.0.0.7", "fe80::/64", "10.0.0.7", "testclient",
    ]  # fmt: skip


def test_the_page_to_log_in_loads_nothing(http):
    for page in (http.get("/login"), http.get("/", headers={"Accept": "text/html,*/*"})):
        assert 'action="login"' in page.text
        assert "src=" not in page.text
        assert "href=" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'self'; ")


def test_a_login_is_a_cookie(http):
    html = {"Accept": "text/html", "X-Forwarded-For": "10.0.0.9"}  # one that was never wrong
    answer = log_in(http, **html)
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("rag-login-")]
    assert cookie.partition("; ")[2] == "HttpOnly; Max-Age=2592000; Path=/; SameSite=lax"
    assert http.get("/config").status_code == 200
    safe = log_in(http, **html, **{"X-Forwarded-Proto": "https"})
    assert all(cookie.endswith("Secure") for cookie in safe.headers.get_list("set-cookie"))


def test_a_wrong_password_is_said_and_the_next_one_waits(site):
    with serve(site.assistant, auth=AUTH) as url, httpx.Client(base_url=url) as http:
        wrong = log_in(http, "guess", Accept="text/html")
        assert wrong.status_code == 401
        assert "The name or the password is wrong." in wrong.text
        answers = [log_in(http, f"guess {n}") for n in range(20)]
        assert {answer.status_code for answer in answers} == {429}
        assert answers[0].headers["retry-after"] == "1"
        assert log_in(http).status_code == 429, "no password is looked at meanwhile"


def test_only_a_proxy_that_is_named_says_who_asks(site, guarded, monkeypatch):
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    with serve(site.assistant, auth=AUTH) as url:
        for named, statuses in ((guarded, [401, 401, 401]), (url, [401, 429, 429])):
            with httpx.Client(base_url=named) as http:
                said = [log_in(http, "x", **{"X-Forwarded-For": f"10.1.0.{n}"}) for n in range(3)]
            assert [each.status_code for each in said] == statuses


def test_waits_double_and_end_with_the_right_password():
    now = 0.0
    door = Door(AUTH, None, clock=lambda: now)
    waits = []
    for _ in range(9):
        assert door._try("wrong", "a") is False
        waits.append(door._try("wrong", "a"))
        now += waits[-1]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0]
    assert door._try(AUTH, "b") is True, "another address does not wait"
    assert door._try(AUTH, "a") is True
    assert door._try("wrong", "a") is False


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:9"])
def test_another_site_gets_no_leave_to_read(site, guarded, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for auth, url in ((None, site.url), ((USER, PASSWORD), guarded)):
        with httpx.Client(base_url=url, auth=auth) as http:
            for method in ("GET", "OPTIONS", "POST"):
                answer = http.request(method, "/config", headers=asked)
                assert not [name for name in answer.headers if name.startswith("access-control")]
                assert (answer.status_code == 200) == (method == "GET")


WAYS = {
    "basic": {"auth": (USER, PASSWORD)},
    "bearer": {"headers": {"Authorization": f"Bearer {TOKEN}"}},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["mcp", "gradio_api/mcp/"])
def test_mcp_lets_programs_in(guarded, way, path):
    mcp = pytest.importorskip("mcp")
    from mcp.client.streamable_http import streamable_http_client

    async def talk():
        async with (
            httpx.AsyncClient(**WAYS[way]) as http,
            streamable_http_client(f"{guarded}{path}", http_client=http) as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await session.call_tool("search_papers", {"query": "graph", "k": 1})

    found = json.loads(asyncio.run(talk()).content[0].text)
    assert [hit["paper"]["id"] for hit in found["hits"]] == ["graphmix"]


def test_gradio_client_logs_in(guarded):
    client = pytest.importorskip("gradio_client")
    with pytest.raises(Exception, match="credentials"):
        client.Client(guarded, auth=(USER, "wrong"), verbose=False)
    time.sleep(2)  # as one who was wrong has to
    asked = client.Client(guarded, auth=(USER, PASSWORD), verbose=False, analytics_enabled=False)
    said = asked.predict("How accurate is the graph model?", "year<2020", api_name="/ask_papers")
    assert json.loads(said)["answered"] is True
    asked.close()


def test_gradio_client_without_a_password(site):
    client = pytest.importorskip("gradio_client")
    with serve(site.assistant, mcp=True) as url:
        asked = client.Client(url, verbose=False, analytics_enabled=False)
        found = asked.predict("graph", 1, "year<2020; venue=ICML", api_name="/search_papers")
        assert len(json.loads(found)["hits"]) == 1
        asked.close()
