"""JSON Lines and JSON documents, of every usual shape."""

# ruff: noqa: E501 records stay on one line each

import io
import json

import pytest

from rag.readers import read
from rag.types import Paper, Rejection

NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"


def paper(where, own, title, abstract, **more):
    return Paper(id=own, title=title, abstract=abstract, sources=(where,), **more)


def test_json_lines_of_a_beir_corpus(given):
    lines = [
        '{"_id": "4983", "title": "Microstructure", "text": "White matter can change.", '
        '"metadata": {"authors": ["Ada Lovelace", "Turing, Alan"], "year": 1998, "url": "https://x.org/1"}}',
        "",
        '{"_id": 12, "title": "", "text": "A record without a title but with an id.", "metadata": {}}',
    ]
    assert given("corpus.jsonl", "\r\n".join(lines)) == [
        paper(
            "corpus.jsonl:1",
            "4983",
            "Microstructure",
            "White matter can change.",
            authors=("Ada Lovelace", "Alan Turing"),
            year=1998,
            url="https://x.org/1",
        ),
        paper("corpus.jsonl:3", "12", "", "A record without a title but with an id."),
    ]


def test_our_own_json_comes_back_as_it_was(given):
    own = paper(
        "x.bib:3",
        "vaswani2017",
        "Attention Is All You Need",
        "The Transformer uses attention only.",
        authors=("Ashish Vaswani", "Łukasz Kaiser"),
        year=2017,
        venue="NeurIPS",
        doi="10.48550/arxiv.1706.03762",
        arxiv_id="1706.03762",
        url="https://arxiv.org/abs/1706.03762",
        key="vaswani2017",
    )
    from rag.types import to_json

    (back,) = given("out.jsonl", json.dumps(to_json(own)) + "\n")
    assert to_json(back) == to_json(own)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('[{"title": "A", "abstract": "aa"}, {"title": "B", "abstract": "bb"}]', [1, 1]),
        ('[\n  {\n    "title": "A",\n    "abstract": "aa"\n  },\n  {"title": "B", "abstract": "bb"}\n]', [2, 6]),
        ('{"papers": [{"title": "A", "abstract": "aa"},\n{"title": "B", "abstract": "bb"}]}', [1, 2]),
        ('{"total": 2, "data": [\n{"title": "A", "abstract": "aa"}, {"title": "B", "abstract": "bb"}], "next": 4}', [2, 2]),
        ('{"meta": {"count": 2},\n "results": [{"title": "A", "abstract": "aa"},\n{"title": "B", "abstract": "bb"}]}', [2, 3]),
        ('{"items": [\n\n{"title": "A", "abstract": "aa"},{"title": "B", "abstract": "bb"}]}', [3, 3]),
        ('{"status": "ok", "message": {"items": [{"title": "A", "abstract": "aa"},{"title": "B", "abstract": "bb"}]}}', [1, 1]),
        ('{\n "title": "A",\n "abstract": "aa"\n}\n{\n "title": "B",\n "abstract": "bb"\n}\n', [1, 5]),
        ('{"title": "A", "abstract": "aa"},\n{"title": "B", "abstract": "bb"},\n', [1, 2]),
        ('{"title": "A", "abstract": "aa"}{"title": "B", "abstract": "bb"}', [1, 1]),
    ],
    ids=["array", "laid out", "papers", "data", "results", "items", "crossref", "in a row", "commas", "glued"],
)  # fmt: skip
def test_documents_of_two_papers(given, text, lines):
    assert given("x.json", text) == [
        paper(f"x.json:{lines[0]}", "", "A", "aa"),
        paper(f"x.json:{lines[1]}", "", "B", "bb"),
    ]


@pytest.mark.parametrize("name", ["x.json", "x.jsonl", "x.txt"])
def test_a_document_is_known_by_its_content_whatever_its_name(given, name):
    array = '[{"title": "A", "abstract": "aa"}]'
    assert given(name, array) == [paper(f"{name}:1", "", "A", "aa")]
    assert given(name, f'{{"papers": {array}}}') == [paper(f"{name}:1", "", "A", "aa")]
    lines = '{"title": "A", "abstract": "aa"}\n{"title": "B"}\n'
    assert given(name, lines)[1] == Rejection(f"{name}:2", NO_ABSTRACT)


def test_an_object_of_named_papers_gives_them_their_names(given):
    text = '{\n"p1": {"title": "A", "abstract": "aa"},\n"p2": {"id": "own", "title": "B", "text": "bb"}}'
    assert given("x.json", text) == [
        paper("x.json:2", "p1", "A", "aa"),
        paper("x.json:3", "p2", "B", "bb"),
    ]


def test_a_single_object_is_a_single_paper(given):
    text = (
        '{"title": "A", "references": [{"title": "R"}],\n "abstract": "aa", "year": "2019-03-01"}'
    )
    assert given("x.json", text) == [paper("x.json:1", "", "A", "aa", year=2019)]


def test_semantic_scholar(given):
    record = {
        "paperId": "204e30",
        "corpusId": 13756489,
        "externalIds": {"ArXiv": "1706.03762", "DOI": "10.5555/3295222", "CorpusId": 13756489},
        "title": "Attention is All you Need",
        "abstract": "The dominant models are complex.",
        "venue": "",
        "journal": {"name": "ArXiv", "volume": "abs/1706.03762"},
        "year": 2017,
        "publicationDate": "2017-06-12",
        "authors": [{"authorId": "40348417", "name": "Ashish Vaswani"}],
        "url": "https://www.semanticscholar.org/paper/204e30",
        "tldr": {"model": "tldr@v2", "text": "Attention suffices."},
    }
    assert given("s2.json", json.dumps({"total": 1, "data": [record]})) == [
        paper(
            "s2.json:1",
            "204e30",
            "Attention is All you Need",
            "The dominant models are complex.",
            authors=("Ashish Vaswani",),
            year=2017,
            venue="ArXiv",
            doi="10.5555/3295222",
            arxiv_id="1706.03762",
            url="https://www.semanticscholar.org/paper/204e30",
        )
    ]


def test_semantic_scholar_known_by_its_external_ids_only(given):
    record = {"externalIds": {"CorpusId": 7, "DOI": None}, "title": "A", "abstract": "aa"}
    assert given("s2.jsonl", json.dumps(record) + "\n") == [paper("s2.jsonl:1", "7", "A", "aa")]


def test_openalex_with_its_inverted_index(given):
    work = {
        "id": "https://openalex.org/W2741809807",
        "doi": "https://doi.org/10.7717/PeerJ.4375",
        "display_name": "The state of OA",
        "publication_year": 2018,
        "primary_location": {
            "landing_page_url": "https://doi.org/10.7717/peerj.4375",
            "source": {"display_name": "PeerJ"},
        },
        "authorships": [
            {"author": {"id": "A1", "display_name": "Heather Piwowar"}},
            {"author": {"display_name": "Jason Priem"}},
        ],
        "abstract_inverted_index": {"Access": [1], "Open": [0, 4], "grows.": [2], "Is": [3], "it?": [5]},
    }  # fmt: skip
    assert given("w.json", json.dumps({"meta": {}, "results": [work]})) == [
        paper(
            "w.json:1",
            "https://openalex.org/W2741809807",
            "The state of OA",
            "Open Access grows. Is Open it?",
            authors=("Heather Piwowar", "Jason Priem"),
            year=2018,
            venue="PeerJ",
            doi="10.7717/peerj.4375",
            url="https://doi.org/10.7717/peerj.4375",
        )
    ]


def test_the_arxiv_dump(given):
    record = {
        "id": "0704.0001",
        "submitter": "Pavel Nadolsky",
        "authors": "C. Bal\\'azs, E. L. Berger, P. M. Nadolsky, C.-P. Yuan",
        "title": "Calculation of prompt diphoton production\n  at Tevatron energies",
        "journal-ref": "Phys.Rev.D76:013009,2007",
        "doi": "10.1103/PhysRevD.76.013009",
        "abstract": "  A fully differential calculation is presented for $\\alpha_s$\nat 50% of the\nenergy.\n",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
        "update_date": "2008-11-26",
        "authors_parsed": [["Bal\\'azs", "C.", ""], ["Berger", "E. L.", "Jr."]],
    }
    assert given("arxiv.json", json.dumps(record) + "\n") == [
        paper(
            "arxiv.json:1",
            "0704.0001",
            "Calculation of prompt diphoton production at Tevatron energies",
            "A fully differential calculation is presented for α_s at 50% of the energy.",
            authors=("C. Balázs", "E. L. Berger Jr."),
            year=2007,
            venue="Phys.Rev.D76:013009,2007",
            doi="10.1103/physrevd.76.013009",
            arxiv_id="0704.0001",
        )
    ]


def test_the_arxiv_dump_without_versions_falls_back_to_its_update(given):
    record = {"id": "hep-th/9901001", "authors_parsed": [], "title": "T", "abstract": "aa"}
    record |= {"update_date": "2008-11-26"}
    assert given("arxiv.json", json.dumps(record)) == [
        paper("arxiv.json:1", "hep-th/9901001", "T", "aa", year=2008, arxiv_id="hep-th/9901001")
    ]


def test_csl_json_as_zotero_exports_it(given):
    item = {
        "id": "http://zotero.org/users/1/items/AB",
        "type": "article-journal",
        "citation-key": "beethovenVan2020",
        "container-title": "Journal of Tests",
        "title": "On <i>E. coli</i> &amp; H<sub>2</sub>O",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We found p &lt; 0.05.</jats:p>",
        "author": [
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"literal": "The WHO Group"},
        ],
        "issued": {"date-parts": [["2020", 3, 1]]},
        "DOI": "10.1000/XYZ123",
        "URL": "https://example.org/x",
    }
    assert given("zotero.json", json.dumps([item], indent=1)) == [
        paper(
            "zotero.json:2",
            "http://zotero.org/users/1/items/AB",
            "On E. coli & H2O",
            "We found p < 0.05.",
            authors=("Ludwig van Beethoven", "The WHO Group"),
            year=2020,
            venue="Journal of Tests",
            doi="10.1000/xyz123",
            url="https://example.org/x",
            key="beethovenVan2020",
        )
    ]


def test_sentences_and_sections_of_an_abstract_are_joined(given):
    lines = [
        '{"id": 1, "title": "A", "abstract": ["One sentence.", "Another."]}',
        '{"id": 2, "title": "B", "abstract": [{"text": "Part one."}, {"text": "Part two."}]}',
    ]
    assert [item.abstract for item in given("x.jsonl", "\n".join(lines))] == [
        "One sentence. Another.",
        "Part one. Part two.",
    ]


@pytest.mark.parametrize(
    ("record", "own"),
    [
        ({"id": "NA", "doi": "10.1000/e"}, "10.1000/e"),
        ({"_id": "a", "id": "b", "corpus_id": "c", "key": "d"}, "a"),
        ({"id": "b", "corpus_id": "c", "key": "d"}, "b"),
        ({"corpus_id": 0, "key": "d"}, "0"),
        ({"id": 12.0}, "12"),
        ({"id": float("nan"), "citation-key": "d", "doi": "10.1000/e"}, ""),
        ({"id": None, "doi": "doi:10.1000/E", "arxiv_id": "1706.03762"}, "10.1000/e"),
        ({"id": " ", "arxiv_id": "arXiv:1706.03762v2"}, "1706.03762"),
        ({"id": {"$oid": "507f"}}, "507f"),
        ({"id": True}, ""),
        ({}, ""),
    ],
)
def test_which_id_a_record_gets(given, record, own):
    line = json.dumps({**record, "title": "T", "abstract": "aa"})
    assert [item.id for item in given("x.jsonl", line)] == [own]


def test_not_a_number_and_infinity_are_read(given):
    line = '{"id": "x", "title": "T", "abstract": "aa", "year": NaN, "score": -Infinity}'
    assert given("x.jsonl", line) == [paper("x.jsonl:1", "x", "T", "aa")]


def test_standard_input(monkeypatch):
    data = b'{"id": "a", "title": "A", "abstract": "aa"}\nnot json\n'
    assert list(read("-", io.BytesIO(data))) == [
        paper("-:1", "a", "A", "aa"),
        Rejection("-:2", "invalid JSON: Expecting value at column 1"),
    ]


class Pipe(io.RawIOBase):
    """Bytes that come three at a time and cannot be sought in."""

    def __init__(self, data):
        self.data = data

    def readable(self):
        return True

    def readinto(self, buffer):
        part, self.data = self.data[:3], self.data[3:]
        buffer[: len(part)] = part
        return len(part)


def test_a_pipe_that_cannot_be_sought_in():
    data = b'{"id": "a", "title": "A", "abstract": "aa"}'
    assert list(read("-", Pipe(data))) == [paper("-:1", "a", "A", "aa")]
