"""Compressed files, archives and encodings."""

import gzip
import io
import json
import logging
import tracemalloc
import zipfile

import pytest

from rag.readers import archives, read
from rag.types import Paper, Rejection

DAMAGED = "the compressed data is damaged or ends early; fetch the file again"
BOMB = "cannot be read: it unpacks to far more than its size; unpack and check it yourself"
DEEP = "an archive within an archive within an archive; unpack it first"


def line(own):
    return json.dumps({"_id": own, "title": f"Title {own}", "text": f"Abstract {own}."}) + "\n"


def paper(where, own):
    return Paper(id=own, title=f"Title {own}", abstract=f"Abstract {own}.", sources=(where,))


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def test_gzip_is_known_by_its_first_bytes(given):
    data = gzip.compress((line("a") + line("b")).encode())
    assert given("corpus.jsonl.gz", data) == [
        paper("corpus.jsonl.gz:1", "a"),
        paper("corpus.jsonl.gz:2", "b"),
    ]
    assert given("corpus.txt", data)[1] == paper("corpus.txt:2", "b")


def test_gzip_of_several_members(given):
    data = gzip.compress(line("a").encode()) + gzip.compress(line("b").encode())
    assert given("x.gz", data) == [paper("x.gz:1", "a"), paper("x.gz:2", "b")]


def test_a_zip_of_folders_in_order_of_names(given):
    data = zipped(
        ("d/b.jsonl", line("b") + "\n" + line("c")),
        ("d/", ""),
        ("a.bib", "@misc{a, title={Title a}, abstract={Abstract a.}}"),
        ("__MACOSX/d/._b.jsonl", b"\0\1"),
        ("d/.DS_Store", b"\0\1"),
        ("e.csv", ""),
    )
    assert given("x.zip", data) == [
        Paper("", "Title a", "Abstract a.", key="a", sources=("x.zip/a.bib:1",)),
        paper("x.zip/d/b.jsonl:1", "b"),
        paper("x.zip/d/b.jsonl:3", "c"),
        Rejection("x.zip/e.csv", "an empty file; save or export it again"),
    ]


def test_archives_within_archives_are_followed_once(given):
    inner = zipped(("a.jsonl", line("a")), ("b.jsonl.gz", gzip.compress(line("b").encode())))
    outer = zipped(("in.zip", inner), ("c.jsonl.gz", gzip.compress(line("c").encode())))
    assert given("x.zip", outer) == [
        paper("x.zip/c.jsonl.gz:1", "c"),
        paper("x.zip/in.zip/a.jsonl:1", "a"),
        Rejection("x.zip/in.zip/b.jsonl.gz", DEEP),
    ]
    assert given("x.gz", gzip.compress(gzip.compress(gzip.compress(b"x")))) == [
        Rejection("x.gz", DEEP)
    ]


def test_names_that_lead_out_of_an_archive_are_only_labels(given, tmp_path):
    data = zipped(("../../up.jsonl", line("a")), ("/etc/x\n.jsonl", line("b")))
    assert [item.sources for item in given("x.zip", data)] == [
        ("x.zip/../../up.jsonl:1",),
        ("x.zip//etc/x\ufffd.jsonl:1",),
    ]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["x.zip"]


def test_an_empty_archive_and_an_office_document(given):
    reason = "the archive holds no files; pack it again"
    assert given("x.zip", zipped()) == [Rejection("x.zip", reason)]
    assert given("x.docx", zipped(("[Content_Types].xml", "<x/>"))) == [
        Rejection("x.docx", "an office document; save it as .xlsx, CSV or text")
    ]


def test_a_truncated_gzip_keeps_what_precedes_the_cut(given):
    lines = [line(f"{n:05}-{hash_like(n)}") for n in range(4000)]
    data = gzip.compress("".join(lines).encode())
    items = given("x.jsonl.gz", data[: len(data) // 2])
    count = len(items) - 1
    assert count > 1000
    assert [item.id for item in items[:-1]] == [json.loads(text)["_id"] for text in lines[:count]]
    assert items[-1] == Rejection(f"x.jsonl.gz:{count + 1}", DAMAGED)


def hash_like(n):
    return f"{n * 2654435761 % 2**32:08x}{n * 40503 % 2**16:04x}"


def test_a_cut_record_of_a_table_is_no_paper(given):
    text = "id,title,abstract\n1,A,aa\n2,B," + "a long abstract that is cut somewhere " * 3000
    data = gzip.compress(text.encode(), 0)
    assert given("x.csv.gz", data[:2000]) == [
        Paper("1", "A", "aa", sources=("x.csv.gz:2",)),
        Rejection("x.csv.gz:3", DAMAGED),
    ]


def test_damaged_archives(given):
    good = zipped(("a.jsonl", line("a") * 50))
    assert given("x.zip", good[:60]) == [
        Rejection("x.zip", "a damaged zip archive (File is not a zip file); fetch or pack it again")
    ]
    broken = bytearray(good)
    broken[60] ^= 255
    assert given("x.zip", bytes(broken)) == [Rejection("x.zip/a.jsonl", DAMAGED)]
    stored = zipped(("a.jsonl", line("a")), ("b.jsonl", line("b")), method=zipfile.ZIP_STORED)
    assert given("x.zip", stored.replace(b"Abstract a", b"Abstract X")) == [
        Rejection("x.zip/a.jsonl", DAMAGED),
        paper("x.zip/b.jsonl:1", "b"),
    ]
    packed = zipped(("a.jsonl", line("a") * 9), ("b.jsonl", line("b")), method=zipfile.ZIP_LZMA)
    assert given("x.zip", packed[:60] + b"\0\xff\0" + packed[63:]) == [
        Rejection("x.zip/a.jsonl", DAMAGED),
        paper("x.zip/b.jsonl:1", "b"),
    ]
    assert given("x.gz", b"\x1f\x8b") == [Rejection("x.gz", DAMAGED)]


@pytest.mark.parametrize("kind", ["gzip", "zip", "gzip in zip"])
def test_bombs_are_stopped_in_bounded_memory(given, monkeypatch, kind):
    monkeypatch.setattr(archives, "FREE", 2**20)
    text = line("a").encode() + (b" " * 1023 + b"\n") * 40_000
    data = gzip.compress(text)
    if kind != "gzip":
        data = zipped(("b.jsonl", text if kind == "zip" else data), ("c.jsonl", line("c")))
    inner = "" if kind == "gzip" else "/b.jsonl"
    tracemalloc.start()
    items = given("x", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert items[:2] == [paper(f"x{inner}:1", "a"), Rejection(f"x{inner}", BOMB)]
    assert peak < 32 * 2**20
    if kind == "zip":  # what is left of the budget is nothing
        assert items[2:] == [Rejection("x/c.jsonl", BOMB)]


def test_a_member_without_a_name(given):
    data = zipped(("ab", line("a"))).replace(b"ab", b"\0b")  # a name ends at the first NUL
    assert given("x.zip", data) == [paper("x.zip/:1", "a")]


def test_an_encrypted_member_costs_only_itself(given):
    data = bytearray(zipped(("a.jsonl", line("a")), ("b.jsonl", line("b"))))
    data[6] |= 1  # the flag in the member's own header and in the directory
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert given("x.zip", bytes(data)) == [
        Rejection("x.zip/a.jsonl", "it is encrypted; unpack it first"),
        paper("x.zip/b.jsonl:1", "b"),
    ]


TEXT = "id,title,abstract\r\n1,Čapek,naïve “robots”\r\n"
LATIN = "id,title,abstract\n1,Café,naïve “robots” – 5 €\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_tell_the_encoding(given, encoding):
    assert given("x.csv", TEXT.encode(encoding)) == [
        Paper("1", "Čapek", "naïve “robots”", sources=("x.csv:2",))
    ]


def test_big_endian_with_a_mark(given):
    data = b"\xfe\xff" + TEXT.encode("utf-16-be")
    assert given("x.csv", data)[0].title == "Čapek"


def test_windows_1252_is_read_and_noted_once(given, caplog):
    with caplog.at_level(logging.WARNING):
        items = given("x.csv", LATIN.encode("cp1252") * 2)
    assert items[0] == Paper("1", "Café", "naïve “robots” – 5 €", sources=("x.csv:2",))
    assert caplog.messages == ["x.csv: not UTF-8 throughout; read as Windows-1252 there"]


def test_one_line_in_another_encoding_does_not_change_the_others(given):
    data = line("Ω").encode() + line("é").encode().replace(b"\\u00e9", b"\xe9")
    data += '{"_id": "x", "title": "Ω Ω", "text": "Ωmega"}\n'.encode()
    assert [item.title for item in given("x.jsonl", data)] == ["Title Ω", "Title é", "Ω Ω"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(given, end):
    text = "id,title,abstract\n1,A,aa\n\n2,B,bb\n".replace("\n", end)
    assert [item.sources for item in given("x.csv", text)] == [("x.csv:2",), ("x.csv:4",)]


def test_a_stream_of_many_lines_takes_little_memory(tmp_path):
    path = tmp_path / "many.jsonl"
    with path.open("w") as file:
        for n in range(8_000):
            file.write(line(f"{n}"))
    tracemalloc.start()
    assert sum(1 for _ in read(str(path))) == 8_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 2**20
