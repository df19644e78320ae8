"""Broken input of every kind: what is rejected, where and why, and what around it is kept."""

import gzip

import pytest

from rag.readers.text import RECORD_LIMIT
from rag.types import Rejection

# ruff: noqa: E501 one case a line
NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"
NO_TITLE = "no title and no id; give the record one of them"
NO_RECORD = "not a record; a record is a JSON object with a title and an abstract"
FORMATS = (
    "give BibTeX, RIS, EndNote, Web of Science, PubMed, arXiv or other services' XML, JSON, JSON "
    "Lines, CSV, .xlsx or a saved listing page"
)
TOO_LONG = "the record is longer than 16 MB; split or remove it"
LONG_TITLE = "the title is longer than 2,000 characters"
DAMAGED = "the compressed data is damaged or ends early; fetch the file again"
A = '{"id": "a", "title": "A", "abstract": "First abstract."}'
B = '{"id": "b", "title": "B", "abstract": "Second abstract."}'
BIB = "@misc{{a, title={{A}}, abstract={{First.}}}}\n{}\n@misc{{b, title={{B}}, abstract={{Second.}}}}\n"
RIS = "TY  - JOUR\nID  - a\nTI  - A\nAB  - First.\nER  - \n{}\nTY  - JOUR\nID  - b\nTI  - B\nAB  - Second.\nER  - \n"
CSV = "id,title,abstract\na,A,First.\n{}\nb,B,Second.\n"
FEED = '<feed xmlns="http://www.w3.org/2005/Atom">\n<entry><id>a</id><title>A</title><summary>First.</summary></entry>\n{}\n<entry><id>b</id><title>B</title><summary>Second.</summary></entry>\n</feed>'
NEVER = '{"title": ' + "[" * 100_000


def between(record):
    """Lines 1 and 3 are good, the record between them is on line 2."""
    return f"{A}\n{record}\n{B}\n"


def element(record):
    return f"[\n{A},\n{record},\n{B}\n]"


# name: (file, content, the reason of the one rejection, its line; papers "a" and "b" are kept)
BETWEEN_GOOD_ONES = {
    "half a line": ("x.jsonl", between('{"id": "c", "title": "C", "abs'), "invalid JSON: Unterminated string at column 27", 2),
    "not JSON": ("x.jsonl", between("what is this"), "invalid JSON: Expecting value at column 1", 2),
    "a comma too few": ("x.jsonl", between('{"title": "C" "abstract": "c"}'), "invalid JSON: Expecting ',' delimiter at column 15", 2),
    "more on a line": ("x.jsonl", between(f"{A} x"), f"invalid JSON: more follows the record at column {len(A) + 1}", 2),
    "a list": ("x.jsonl", between('["C", "c"]'), NO_RECORD, 2),
    "a number": ("x.jsonl", between("17"), NO_RECORD, 2),
    "an empty object": ("x.jsonl", between("{}"), NO_ABSTRACT, 2),
    "abstract null": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": null}'), NO_ABSTRACT, 2),
    "abstract NaN": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": NaN}'), NO_ABSTRACT, 2),
    "abstract blank": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": " \\u200b\\n"}'), NO_ABSTRACT, 2),
    "abstract of tags": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": "<p></p>"}'), NO_ABSTRACT, 2),
    "abstract of dots": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": "... — (!)"}'), NO_ABSTRACT, 2),
    "abstract said to be missing": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": "[No abstract available]"}'), NO_ABSTRACT, 2),
    "abstract a surrogate": ("x.jsonl", between('{"id": "c", "title": "C", "abstract": "\\ud800"}'), NO_ABSTRACT, 2),
    "no title, no id": ("x.jsonl", between('{"abstract": "c"}'), NO_TITLE, 2),
    "a title of a megabyte": ("x.jsonl", between('{"title": "%s", "abstract": "c"}' % ("t" * 2**20)), LONG_TITLE, 2),
    "an abstract of a book": ("x.jsonl", between('{"title": "C", "abstract": "%s"}' % ("c" * 200_001)), "the abstract is longer than 200,000 characters", 2),
    "a line past the limit": ("x.jsonl", between('{"title": "C", "abstract": "%s"}' % ("c" * RECORD_LIMIT)), TOO_LONG, 2),
    "brackets without end": ("x.jsonl", between(NEVER), "invalid JSON: nested too deeply", 2),
    "a number of 5,000 digits": ("x.jsonl", between('{"title": "C", "abstract": "c", "year": %s}' % ("9" * 5000)), "invalid JSON: a number is too long", 2),
    "bytes of no encoding": ("x.jsonl", between("\x81\x8d\x8f").encode("latin-1"), "invalid JSON: Expecting value at column 1", 2),
    "element: a comma too few": ("x.json", element('{"title": "C" "abstract": "c"}'), "invalid JSON: Expecting ',' delimiter", 3),
    "element: an open string": ("x.json", element('{"title": "C, "abstract": "c"}'), "invalid JSON: Expecting ',' delimiter", 3),
    "element: a word": ("x.json", element('"C"'), NO_RECORD, 3),
    "element: deep": ("x.json", element("[" * 100_000 + "]" * 100_000), "invalid JSON: nested too deeply", 3),
    "element: past the limit": ("x.json", element('{"title": "C", "abstract": "%s"}' % ("c" * RECORD_LIMIT)), TOO_LONG, 3),
    "element: over lines": ("x.json", element('{\n"title": "C",\n"abstract": c}'), "invalid JSON: Expecting value on line 5", 3),
    "entry: no key": ("x.bib", BIB.format("@misc{title={C}, abstract={c}}"), "broken entry: Expected comma after entry key, but found =", 2),
    "entry: open brace": ("x.bib", BIB.format("@misc{c, title={C, abstract={c}}"), "broken entry: Unexpected block start: `@misc`. Was still looking for field-value closing `,` or `}`", 2),
    "entry: no abstract": ("x.bib", BIB.format("@misc{c, title={C}}"), NO_ABSTRACT, 2),
    "RIS: no abstract": ("x.ris", RIS.format("TY  - JOUR\nTI  - C\nER  - "), NO_ABSTRACT, 6),
    "RIS: no title, no id": ("x.ris", RIS.format("TY  - JOUR\nAB  - c\nER  - "), NO_TITLE, 6),
    "RIS: past the limit": ("x.ris", RIS.format("TY  - JOUR\nTI  - C\nAB  - " + "c" * RECORD_LIMIT), TOO_LONG, 6),
    "row: too many cells": ("x.csv", CSV.format("c,C,one, two"), "4 cells under 3 columns; quote cells that hold the delimiter", 3),
    "row: open quotation mark": ("x.csv", CSV.format('c,"C,c'), "a quotation mark is opened here and not closed; close it or double it", 3),
    "row: too few cells": ("x.csv", CSV.format("c"), NO_ABSTRACT, 3),
    "row: past the limit": ("x.csv", CSV.format("c,C," + "c" * RECORD_LIMIT), TOO_LONG, 3),
    "XML: mismatched tag": ("x.xml", FEED.format("<entry><title>C</summary></entry>"), NO_ABSTRACT, 3),
    "XML: not closed": ("x.xml", FEED.format("<entry><title>C</title>"), "invalid XML: the record is not closed before the next begins", 3),
    "XML: no summary": ("x.xml", FEED.format("<entry><title>C</title></entry>"), NO_ABSTRACT, 3),
}  # fmt: skip


@pytest.mark.parametrize("name", BETWEEN_GOOD_ONES)
def test_good_records_around_a_broken_one_are_kept(given, name):
    file, content, reason, line = BETWEEN_GOOD_ONES[name]
    first, rejection, last = given(file, content)
    assert (first.id or first.key, first.title, first.abstract[:5]) == ("a", "A", "First")
    assert (last.id or last.key, last.title, last.abstract[:6]) == ("b", "B", "Second")
    found = rejection.reason.removesuffix(": line 1, column 0")
    assert (rejection.where, found) == (f"{file}:{line}", reason)


WHOLE_FILES = {
    "empty": ("x.csv", b"", "an empty file; save or export it again"),
    "blank": ("x.jsonl", b" \r\n\t\n", "an empty file; save or export it again"),
    "only a mark": ("x.txt", b"\xef\xbb\xbf", "an empty file; save or export it again"),
    "prose": ("x.txt", b"Just a few words.\n", f"not a known format; {FORMATS}"),
    "prose named json": ("x.json", b"Just a few words.\n", NO_RECORD),
    "a picture": ("x.json", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", f"an image; {FORMATS}"),
    "a PDF file": ("x.bib", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF file that cannot be read; open it and save it again"),
    "a RAR archive": ("x.rar", b"Rar!\x1a\x07\x00" + b"\0" * 9, "a RAR archive, which has to be unpacked"),
    "an old workbook": ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "an .xls or .doc file, which has to be saved as .xlsx or CSV"),
    "nothing but NUL": ("x.csv", b"\0" * 5000, f"a binary file; {FORMATS}"),
    "a tape archive": ("x.tar", b"a.txt".ljust(257, b"\0") + b"ustar\0" + b"\0" * 200, "a tar archive, which has to be unpacked"),
    "gzip cut at once": ("x.gz", gzip.compress(b"{}")[:8], DAMAGED),
    "gzip of nothing": ("x.gz", gzip.compress(b""), "an empty file; save or export it again"),
    "only comments": ("x.bib", b"@comment{nothing}\n", f"no records in it; {FORMATS}"),
    "only a header": ("x.csv", b"id,title,abstract\n", f"no records in it; {FORMATS}"),
    "an empty list": ("x.json", b"[]", f"no records in it; {FORMATS}"),
    "a web page": ("x.html", b"<!doctype html>\n<title>Papers</title>", "a web page; save it as text"),
    "other XML": ("x.xml", b"<rss><item/></rss>", f"not a known format; {FORMATS}"),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_files_that_hold_no_records_are_named(given, name):
    file, content, reason = WHOLE_FILES[name]
    (rejection,) = given(file, content)
    assert (rejection.where.removesuffix(":1"), rejection.reason) == (file, reason)


def test_json_that_ends_early(given):
    cut = "the JSON ends before it is complete; fetch the file again"
    assert given("x.json", f"[{A},\n{B}")[2:] == [Rejection("x.json:2", cut)]
    assert given("x.json", f"[\n{A},\n{B[:-5]}")[1:] == [
        Rejection("x.json:3", "invalid JSON: Unterminated string")
    ]
    assert given("x.json", f'{{"papers": [{A}],\n"more') == [
        given("x.json", f"[{A}]")[0],
        Rejection("x.json:1", "invalid JSON: Unterminated string on line 2"),
    ]


def test_hostile_characters_never_leave_a_reader(given):
    line = (
        '{"id": "i\\u0000\\u202ed", "title": "T\\ud800\\u0007itle", "abstract": "A\\u0000b\\u2066c", '
        '"authors": ["A\\u0000da\\u202e Lo"], "venue": "V\\u001b[31m", "key": "k\\u0000", "url": "http://x.org/\\u202e"}'
    )
    (paper,) = given("x.jsonl", line)
    assert (paper.id, paper.title, paper.abstract) == ("id", "Title", "Abc")
    assert (paper.authors, paper.venue, paper.key) == (("Ada Lo",), "V[31m", "k")
    assert paper.url == "http://x.org/"


def test_raw_control_characters_in_json_and_tables(given):
    assert given("x.jsonl", '{"title": "A\0\tB", "abstract": "c\x07d"}')[0].title == "A B"
    assert given("x.csv", "title,abstract\nA\0B,c\x07d\n")[0].abstract == "cd"


def test_what_stands_beside_papers_is_no_rejected_paper(given):
    side = [
        "null",  # as Semantic Scholar answers for an id that it does not know
        '{"itemType": "attachment", "title": "Full text PDF"}',
        '{"key": "K", "data": {"itemType": "note", "note": "Read this."}}',
    ]
    for beside in side:
        assert [paper.id for paper in given("x.json", f"[{A},\n{beside},\n{B}]")] == ["a", "b"]
    rows = "id,title,abstract,Item Type\na,A,First.,journalArticle\n,Snapshot,,attachment\n"
    assert [paper.id for paper in given("x.csv", rows)] == ["a"]
    (nothing,) = given("x.json", f"[{side[1]}]")
    assert nothing.reason == f"no records in it; {FORMATS}"


def test_a_comma_behind_the_last_value_is_no_fault(given):
    record = '{"id": "a", "title": "A", "abstract": "Of [b,] and {c, }.", "authors": ["B C",],}'
    for text in (record, f"[{record},]", f'{{"papers": [{record}, ],\n}}'):
        (paper,) = given("x.json", text)
        assert (paper.id, paper.abstract, paper.authors) == ("a", "Of [b,] and {c, }.", ("B C",))
    assert [paper.id for paper in given("x.jsonl", f"{record}\n{B}\n")] == ["a", "b"]
