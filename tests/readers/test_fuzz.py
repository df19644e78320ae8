"""Whatever the bytes: nothing raises, and what comes out is clean."""

import gzip
import io
import re
import unicodedata
import zipfile

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from rag.readers import read
from rag.types import Paper, Rejection

RECORD = '{"_id": "a", "title": "A", "abstract": "Some <i>text</i> of $x$.", "authors": ["B C"]}'
SAMPLES = [
    f"{RECORD}\n{RECORD}\n",
    f'{{"papers": [{RECORD},\n{RECORD}]}}',
    'id,title,abstract,authors\n1,A,"aa\nbb",X Y\n2,"B ""q""",bb,"Z, W"\n',
    "id\ttitle\ttext\n1\tA\taa\n2\tB\tbb\n",
    '@string{v = "V"}\n@misc{a, title={A {B}}, author={C, D and E}, abstract=v # {x}}\n' * 2,
    "TY  - JOUR\nTI  - A\nAB  - aa\n  bb\nER  - \nTY  - JOUR\nTI  - B\nAB  - bb\nER  - \n",
    "PMID- 1\nTI  - A\nAB  - aa\n      bb\n\nPMID- 2\nTI  - B\nAB  - bb\n",
    '<feed xmlns="http://www.w3.org/2005/Atom">\n'
    + "<entry><id>a</id><title>A</title><summary>a &lt; b</summary></entry>\n" * 2
    + "</feed>",
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A"
    "</ArticleTitle><Abstract><AbstractText>aa</AbstractText></Abstract></Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "Get trending papers in your email inbox!\nSubscribeA\n"
    + "aa bb. " * 50
    + "\nB\n"
    + "c " * 200,
]
FORBIDDEN = {"Cc", "Cs"}
KEPT = "\u200c\u200d"


def packed(data):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.bib", data)
    return [data, gzip.compress(data, mtime=0), archive.getvalue()]


def check(data):
    items = list(read("-", io.BytesIO(data)))
    assert items
    for item in items:
        if isinstance(item, Rejection):
            assert item.where.startswith("-")
            assert item.reason
            assert "\n" not in item.reason
            continue
        assert isinstance(item, Paper)
        assert item.abstract
        assert item.title or item.id or item.key
        assert re.fullmatch(r"-(/.+)?:[1-9][0-9]*", item.sources[0], re.DOTALL)
        texts = [item.id, item.title, item.abstract, *item.authors]
        texts += filter(None, [item.venue, item.doi, item.arxiv_id, item.url, item.key])
        for text in texts:
            assert text == unicodedata.normalize("NFC", " ".join(text.split()))
            assert not {unicodedata.category(mark) for mark in text} & FORBIDDEN
            text.encode()


@seed(1)
@settings(max_examples=150, deadline=None, database=None)
@given(st.binary(max_size=400))
def test_any_bytes(data):
    check(data)


@seed(2)
@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=200))
def test_any_text_in_every_field(text):
    quoted = text.replace('"', '""')
    check(f'title,abstract,authors,year,venue,doi,url,id\n{(chr(34) + quoted + chr(34) + ",") * 8}'.encode("utf-8", "replace"))  # noqa: E501  # fmt: skip
    check(f"@misc{{k, title = {{{text}}}, author={{{text}}}, abstract = {{{text}}}}}".encode("utf-8", "replace"))  # noqa: E501  # fmt: skip


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_samples_as_they_are(number):
    items = list(read("-", io.BytesIO(SAMPLES[number].encode())))
    assert all(isinstance(item, Paper) for item in items)
    assert len(items) == (1 if "Pubmed" in SAMPLES[number] else 2)


@seed(3)
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.sampled_from(SAMPLES),
    st.integers(0, 2),
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(0, 12),
            st.binary(max_size=4)
            | st.sampled_from(
                [
                    b'"',
                    b"{",
                    b"}",
                    b"\\",
                    b"<",
                    b">",
                    b"&",
                    b"\n",
                    b"\0",
                    b"@",
                    b",",
                    b"\xed\xa0\x80",
                ]
            ),
        ),
        max_size=5,
    ),
)
def test_mutated_samples(sample, kind, changes):
    data = packed(sample.encode())[kind]
    for at, cut, put in changes:
        at %= len(data) + 1
        data = data[:at] + put + data[at + cut :]
    check(data)
