"""Who may reach the page, what it sends along, and what other programs may call."""

import asyncio
import json
import urllib.error
import urllib.request

import httpx
import pytest
from mcp.server.fastmcp.exceptions import ToolError

from page.conftest import left_open, serve
from rag.cli import main
from rag.errors import SettingsError
from ui.serve import check_access
from ui.tools import conditions, make_server


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_needs_no_password(host):
    check_access(host, None, no_auth=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.2", "example.org", ""])
def test_other_hosts_need_one_or_a_knowing_word(host):
    with pytest.raises(SettingsError, match="give --auth USER:PASS, or --no-auth"):
        check_access(host, None, no_auth=False)
    check_access(host, None, no_auth=True)
    check_access(host, "me:secret", no_auth=False)


@pytest.mark.parametrize("auth", ["", "me", "me:", ":x"])
def test_a_password_has_a_name(auth):
    with pytest.raises(SettingsError, match="--auth takes USER:PASS"):
        check_access("127.0.0.1", auth, no_auth=False)


def test_the_command_says_so_in_one_line(capsys):
    assert main(["ui", "--host", "0.0.0.0"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: anyone who reaches 0.0.0.0 could read and fill the library;")
    assert err.count("\n") == 1


def test_a_port_that_is_taken_is_said(site, capsys, tmp_path):
    port = site.url.rstrip("/").rpartition(":")[2]
    with left_open():
        assert main(["ui", "--index", str(tmp_path / "ix"), "--port", port]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == (
        f"error: cannot serve on 127.0.0.1:{port}; choose another with --port, or another --host"
    )


def get(url):
    with urllib.request.urlopen(url, timeout=20) as response:
        return response.headers, response.read().decode()


def test_the_page_names_no_other_host_to_load_from(site):
    headers, page = get(site.url)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "http" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    config = json.loads(get(f"{site.url}config")[1])
    assert config["analytics_enabled"] is False
    assert config["stylesheets"] == []
    assert "fonts.googleapis" not in get(f"{site.url}theme.css")[1] + page


def status(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as r:
            return r.status
    except urllib.error.HTTPError as error:
        return error.code


def test_another_name_for_this_machine_is_turned_away(site):
    host = site.url.removeprefix("http://").rstrip("/")
    assert status(site.url, Host=host) == 200
    assert status(site.url, Host=host.replace("127.0.0.1", "localhost")) == 200
    assert status(site.url, Host=host.replace("127.0.0.1", "rebound.example")) == 403
    with serve(site.assistant, no_auth=True) as url:
        assert status(url, Host="papers.example") == 200


def post(url, data, kind="application/json"):
    return urllib.request.urlopen(
        urllib.request.Request(url, data, {"content-type": kind}), timeout=20
    )


def test_uploads_have_a_limit(site, monkeypatch):
    monkeypatch.setattr("ui.serve._LARGEST_UPLOAD", "1kb")
    body = (
        b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.bib"\r\n\r\n%s\r\n--x--'
    )
    kind = "multipart/form-data; boundary=x"
    with serve(site.assistant) as url:
        assert post(f"{url}gradio_api/upload", body % b"@misc{}", kind).status == 200
        with pytest.raises(urllib.error.HTTPError, match="413"):
            post(f"{url}gradio_api/upload", body % (b"x" * 3_000), kind)


def test_the_library_may_be_called_by_no_other_program_unless_it_is_meant(site):
    api = json.loads(get(f"{site.url}gradio_api/info")[1])
    assert api["named_endpoints"] == {}
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(f"{site.url}gradio_api/mcp/schema")


def test_mcp_offers_search_and_answers(site):
    mcp = pytest.importorskip("mcp")
    from mcp.client.streamable_http import streamable_http_client

    async def talk(url):
        async with (
            streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            names = [tool.name for tool in (await session.list_tools()).tools]
            found = await session.call_tool("search_papers", {"query": "graph", "k": 1})
            answer = await session.call_tool(
                "ask_papers", {"question": "How accurate is the graph model?", "where": "year<2020"}
            )
            wrong = await session.call_tool("search_papers", {"query": "x", "where": "year~x"})
            return names, found, answer, wrong

    with serve(site.assistant, mcp=True) as url:
        names, found, answer, wrong = asyncio.run(talk(url))
    assert sorted(names) == ["ask_papers", "search_papers"]
    [hit] = json.loads(found.content[0].text)["hits"]
    assert (hit["rank"], hit["paper"]["id"]) == (1, "graphmix")
    said = json.loads(answer.content[0].text)
    assert said["answered"] is True
    assert [citation["paper"]["id"] for citation in said["citations"]] == ["graphmix"]
    assert wrong.isError
    assert "needs a year" in wrong.content[0].text


def listed(server):
    return {tool.name: tool for tool in asyncio.run(server.list_tools())}


def test_the_tools_say_all_of_their_arguments(site):
    tools = listed(make_server(site.assistant))
    properties = tools["search_papers"].inputSchema["properties"]
    assert properties["k"].items() >= {"minimum": 1, "maximum": 100, "default": 10}.items()
    assert properties["query"]["description"].endswith("not empty.")
    for tool in tools.values():
        where = tool.inputSchema["properties"]["where"]
        assert [kind["type"] for kind in where["anyOf"]] == ["array", "string"]
        for word in ("year>=2021", "arxiv_id", "!~", "semicolons", "Empty: all papers."):
            assert word in where["description"]


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("", []),
        ("year>=2019; venue=ICML", ["year>=2019", "venue=ICML"]),
        ("venue=A; B; C;author ~ x;", ["venue=A; B; C", "author ~ x"]),
        (["title~a; year=1", " "], ["title~a; year=1"]),
    ],
)
def test_a_semicolon_may_stand_in_a_value(where, meant):
    assert conditions(where) == meant


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("search_papers", {"query": " "}, "the query is empty; say what to look for"),
        ("search_papers", {"query": "\u200b\ufe0f"}, "the query is empty; say what to look for"),
        ("ask_papers", {"question": "\ufeff\u00ad"}, "a question has 1 to 4000 characters"),
        ("ask_papers", {"question": ""}, "a question has 1 to 4000 characters"),
        ("search_papers", {"query": "x", "k": 0}, "greater than or equal to 1"),
        ("search_papers", {"query": "x", "where": ["colour=red"]}, "no field 'colour'"),
    ],
)
def test_what_means_nothing_is_refused(site, tool, given, said):
    with pytest.raises(ToolError, match=said):
        asyncio.run(make_server(site.assistant).call_tool(tool, given))


def test_the_page_is_light(site, browser):
    page = browser.new_page()
    watched = page.context.new_cdp_session(page)
    watched.send("Network.enable")
    sizes = []
    watched.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(site.url)
    page.wait_for_selector("#welcome")
    page.wait_for_timeout(1_000)
    page.context.close()
    assert 100_000 < sum(sizes) < 450_000


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000, b"{" * 40_000_000])
def test_what_is_no_json_is_refused_over_mcp(site, body, capfd):
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    with serve(site.assistant, mcp=True) as url:
        answer = httpx.post(f"{url}mcp", content=body, headers=headers, timeout=60)
        assert answer.status_code == (413 if len(body) > 2**25 else 400)
    assert "Traceback" not in capfd.readouterr().err
