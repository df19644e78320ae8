"""The dresses in which drafts cite, over a few papers of our own: what is listed, what it means."""

from __future__ import annotations

import pytest

from rag.drafts.checking import check_draft, form_of
from rag.drafts.tables import rows
from rag.text.anthology import anthology_doi
from rag.types import Paper

PAPERS = [
    Paper("hive", "Counting Hives in Cities", "We count hives.", ("Ida Moor Jr.", "Tom Bly"), 2021,
          url="https://aclanthology.org/2021.bees-1.12"),
    Paper("wax", "Wax: How Combs Keep Warm", "Combs keep warm.", ("Bo van der Aar", "Li Su"), 2019,
          arxiv_id="1901.00017"),
    Paper("moth", "Moths That Eat Wax", "Moths eat wax.", ("Uma Kern",), 2020),
]  # fmt: skip


class Shelf:
    """The papers as a library."""

    def named(self, name: str) -> list[Paper]:
        name = name.casefold()
        return [p for p in PAPERS if name in (p.id, p.arxiv_id, anthology_doi(p.url or ""))]

    def near(self, text: str) -> list[Paper]:
        return PAPERS

    def by_author(self, name: str, year: int) -> list[Paper]:
        return [p for p in PAPERS if any(name.split()[-1] in author for author in p.authors)]


def listed(text: str, name: str = "draft.md") -> list[str]:
    """Return the sentences that cite, each as ``sentence -> papers ?unresolved``."""
    found = check_draft(text, form_of(name, text), Shelf()).sentences
    return [
        f"{each.text} -> {' '.join([*each.papers, *(f'?{key}' for key in each.unresolved)])}"
        for each in found
    ]


ENTRIES = [
    "Moor, Ida, Jr., and Tom Bly. “Counting Hives in Cities.” In Bees, 2021.",
    "Aar, Bo van der; Su, Li (2019). Wax: How Combs\n     Keep Warm. Combs.",
    "Kern, Uma Eva. Moths That Eat Wax. 2020.",
]
MEANT = ["Hives grow[1] -> hive", "Combs warm [2] -> wax", "Moths eat [3] -> moth"]
RAISED = "¹²³"


@pytest.mark.parametrize(
    "lines",
    [
        *(
            ["", heading, "", *(f"[{n}] {entry}" for n, entry in enumerate(ENTRIES, 1))]
            for heading in ("Reference List", "**Sources consulted**", "[Works Cited]{.underline}")
        ),
        ["", "---", *(f"{RAISED[n]} {entry}" for n, entry in enumerate(ENTRIES))],
        ["", "--", *(f"[{n}] {entry}" for n, entry in enumerate(ENTRIES, 1))],
        ["", "References", *(f"({n}) {entry}" for n, entry in enumerate(ENTRIES, 1))],
        ["", "References", *(f"{n}. {entry}" for n, entry in enumerate(ENTRIES, 1))],
        ["", "References", *(f"^ Jump up to: a b {entry}" for entry in ENTRIES)],
        ["", "References", "", "<ol>", *(f"<li>^ {entry}</li>" for entry in ENTRIES), "</ol>"],
        ["", "References", "1 Moor, I. & Bly, T. Counting Hives in", "Cities. Bees (2021).",
         "2 Aar, B. Wax: How Combs Keep Warm. Combs (2019).",
         "3 Kern, U. Moths That Eat Wax. 2020."],
    ],
)  # fmt: skip
def test_a_list_of_any_dress_is_no_text_and_gives_each_number_its_entry(lines):
    said = [sentence.partition(" -> ")[0] for sentence in MEANT]
    assert listed("\n\n".join(said) + "\n" + "\n".join(lines)) == MEANT


LIST = "\n\n## References\n\n" + "\n".join(
    f"[{n}] {' '.join(entry.split())}" for n, entry in enumerate(ENTRIES, 1)
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It fell by 96%.^1^ Wax melts.<sup>2,3</sup>", ["It fell by 96%.¹ -> hive",
                                                         "Wax melts.²,³ -> wax moth"]),
        ("GPT-4² was warm. Rooms have 30 m².", ["GPT-4² was warm. -> wax"]),
        ("So says Ref. 2, and Refs. 1 and 3 agree.", ["So says Ref. 2, and Refs. 1 and 3 agree. "
                                                      "-> wax hive moth"]),
        ("Fig. 2 on p. [2], Section [3] and Eq. [1] show it.", []),
        ("We set beam[2]=4 and read hits[1].id there.", []),
        ("Made of RNA[2] it is.", ["Made of RNA[2] it is. -> wax"]),
        ("Hives grow.[citation needed] Wax melts [2].", ["Wax melts [2]. -> wax"]),
        ("A rule ends the longest paragraph of this email, too [1].\n---",
         ["A rule ends the longest paragraph of this email, too [1]. -> hive"]),
        ("\tA first line that is set in is no code at all [1]. It\ngoes on [2].",
         ["A first line that is set in is no code at all [1]. -> hive", "It goes on [2]. -> wax"]),
        ("    x = data[1] + data[2]", []),
        ("See @Fig:hive and @lem-two there.", []),
        ("%% not yet: wax [2] %%\n\nHives grow [1].", ["Hives grow [1]. -> hive"]),
        ("<p>Hives<sup><a href='#r'>[1]</a></sup> grow.</p>", ["Hives¹ grow. -> hive"]),
        ("Hives grow <a href='#r'>1</a>.", ["Hives grow [1]. -> hive"]),
    ],
)  # fmt: skip
def test_numbers_cite_where_they_stand_for_an_entry(text, found):
    assert listed(text + LIST) == found


@pytest.mark.parametrize(
    "table",
    [
        "  Kind    What it does\n  ------- -----------------------\n"
        "  Hives   grow on all the roofs [1]\n  Combs   keep all the brood warm [2]\n",
        "-----------------\nKind    What it does\n------  ---------\n"
        "Hives   grow on all the roofs [1]\n\nCombs   keep all the brood warm [2]\n------------\n",
        "Hives\tgrow on all the roofs [1]\nCombs\tkeep all the brood warm [2]\n",
        "Hives | grow on all the roofs [1]\nCombs | keep all the brood warm [2]\n",
        "+-------+------------------+\n| Hives | grow on all      |\n|       | the roofs [1]    |\n"
        "+-------+------------------+\n| Combs | keep all the brood warm [2] |\n+-------+-----+\n",
        "{| class=wikitable\n|-\n| Hives || grow on all the roofs [1]\n|-\n"
        "| Combs || keep all the brood warm [2]\n|}\n",
        "<table><tr><td>Hives</td><td>grow on all the roofs [1]</td></tr>\n"
        "<tr><td>Combs</td><td>keep all the brood warm [2]</td></tr></table>\n",
    ],
)  # fmt: skip
def test_each_row_of_a_table_is_a_sentence(table):
    assert listed(table + LIST) == [
        "Hives grow on all the roofs [1] -> hive",
        "Combs keep all the brood warm [2] -> wax",
    ]


@pytest.mark.parametrize(
    "text",
    ["One line.", "It is warm.  It is cold.\nAnd so on.", "[1]\tLee. Tea.\n[2]\tKim. Ice.", ""],
)
def test_what_draws_no_table(text):
    assert rows(text) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Finally, Moor et al. (2021) count.", "hive"),
        ("Surprisingly, Moor et al. (2021) count.", "hive"),
        ("In Zurich, Moor and Bly (2021) count.", "hive"),
        ("As Moor Jr. and Bly (2021) count, so do we.", "hive"),
        ("They are counted (Moor, Jr., & Bly, 2021).", "hive"),
        ("Moor y Bly (2021) cuentan.", "hive"),
        ("Following van der Aar and Su (2019), we warm.", "wax"),
        ("Bly, Moor et al. (2021) is another.", "?Bly and Moor 2021"),
        ("Zurich and Moor (2021) is another.", "?Zurich and Moor 2021"),
    ],
)
def test_what_stands_before_an_author_is_none(text, meant):
    assert listed(text) == [f"{text} -> {meant}"]


def test_a_name_within_a_name_is_no_author():
    assert listed("The Peace of Moor (2021) was signed.") == []


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("[it](https://aclanthology.org/2021.bees-1.12.pdf)", "hive"),
        ("[it](https://www.aclweb.org/anthology/2021.bees-1.12/)", "hive"),
        ("[it](https://doi.org/10.18653/v1/2021.bees-1.12)", "hive"),
        ("[it][hive]", "hive"),
        ("<a href='https://arxiv.org/abs/1901.00017v2'>it</a>", "wax"),
        ("it (arxiv.org/pdf/1901.00017)", "wax"),
        ("[Moths that eat wax](https://doi.org/10.1000/7)", "moth"),
        ("[Kern (2020)](https://doi.org/10.1000/7)", "moth"),
        ("https://doi.org/10.1000/7 (Kern, 2020)", "moth"),
        ("[it](https://doi.org/10.1000/7)", "?10.1000/7"),
        ("[wax](https://doi.org/10.1000/7)", "?10.1000/7"),
        ("[Kern (2020)](https://arxiv.org/abs/1901.00017)", "moth wax"),
    ],
)
def test_a_link_means_the_paper_at_its_address_or_the_one_that_its_words_name(link, meant):
    text = f"Much of this is told by {link} in full.\n\n[hive]: https://aclanthology.org/2021.bees-1.12"
    assert [each.partition(" -> ")[2] for each in listed(text)] == [meant]


def test_a_link_that_means_nothing_and_one_that_names_no_paper():
    assert listed("See [the docs](https://example.org/a[1]) and https://example.org/b[2].") == []


def test_a_wikis_own_text_is_read():
    text = (
        "== Bees ==\n'''Hives''' grow.<ref name=m>{{cite journal |last1=Moor |first1=Ida "
        '|title=Counting Hives in Cities |year=2021}}</ref> So\nit is.<ref name="m" /> '
        "Combs keep [[warmth|warm]].{{sfn|van der Aar|Su|2019|p=3}} They melt."
    )
    assert listed(text) == [
        "Hives grow.[^m] -> hive",
        "So it is.[^m] -> hive",
        "Combs keep warm. (van der Aar & Su, 2019) -> wax",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"We set \texttt{data[1]} and \lstinline|more[2]| and \mintinline{c}{last[3]}.", []),
        (r"See Chapter~\ref{x}, Fig.~2 on p.~[14].", []),
        (r"\texttt{bert \cite{hive}} is typed.", [r"\texttt{bert \cite{hive}} is typed. -> hive"]),
        (r"Hives grow.\footnote{Vgl. \cite{hive}, S. 2.}", ["Hives grow.[^footnote 1] -> hive"]),
        (r"\begin{tabularx}{\textwidth}{@{}l>{\raggedright}X@{}}Hives & grow on roofs \cite{hive}"
         r"\\ \end{tabularx}", [r"Hives grow on roofs \cite{hive} -> hive"]),
    ],
)  # fmt: skip
def test_code_and_tables_in_latex(text, found):
    assert listed(text, "draft.tex") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hives grow cite:[hive(3),wax].", "Hives grow [@hive(3); @wax]. -> hive wax"),
        ('#cite(<moth>, form: "prose") eats.', "[@moth] eats. -> moth"),
        ("Hives grow [[@hive|Moor 2021]].", "Hives grow [[@hive|Moor 2021]]. -> hive"),
        ("[^m]\n\n[^m]: Moor Jr. & Bly (2021), Counting Hives in Cities.", "[^m] -> hive"),
    ],
)
def test_keys_and_notes_of_other_dialects(text, found):
    assert listed(text) == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Our own records (Oslo, Mai 2023) follow.", []),
        (
            '[^m]\n\n[^m]: Ann Moor and Bo Bly, "Counting Hives in Cities," in *Bees* (2021), 3.',
            ["[^m] -> hive"],
        ),
    ],
)
def test_a_place_with_a_date_cites_nothing_and_names_in_full_open_an_entry(text, found):
    assert listed(text) == found


def test_et_al_in_italics_goes_on_over_its_citation():
    text = r"We eat. Moor \emph{et al.} \cite{hive} count hives, and wax melts \cite{wax}."
    assert [line.partition(" -> ")[2] for line in listed(text, "draft.tex")] == ["hive wax"]


WORKS = [" ".join(entry.split()) for entry in ENTRIES]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hives grow [#a]_. Combs warm [1]_.\n\n.. [#a] {0}\n.. [1] {1}",
         ["Hives grow [^a]. -> hive", "Combs warm [1]. -> wax"]),
        ("Hives grow [1]_. Combs warm [#a]_. Moths eat [2]_.\n\n.. [1] {0}\n.. [#a] {1}\n"
         ".. [2] {2}",
         ["Hives grow [1]. -> hive", "Combs warm [^a]. -> wax", "Moths eat [2]. -> moth"]),
        ("Hives grow [#]_. Combs warm [#]_. Moths eat [*]_.\n\n.. [#] {0}\n.. [*] {2}\n.. [#] {1}",
         ["Hives grow [^#1]. -> hive", "Combs warm [^#2]. -> wax", "Moths eat [^*1]. -> moth"]),
    ],
)  # fmt: skip
def test_notes_and_entries_of_restructured_text_stand_line_below_line(text, found):
    assert listed(text.format(*WORKS), "draft.rst") == found


CHAPTERS = (
    "# One\n\nHives grow [1].\n\n## References\n\n{0}\n\n# Two\n\nCombs warm [1]. None do [2].\n\n"
    "## References\n\n{1}\n\n# End\n\nSo they do [1].\n"
)


@pytest.mark.parametrize("sign", ["[1] ", "1. ", ""])
def test_each_chapter_has_the_list_behind_it_and_the_last_one_is_for_what_follows(sign):
    assert listed(CHAPTERS.format(*(f"{sign}{work}" for work in WORKS))) == [
        "Hives grow [1]. -> hive",
        "Combs warm [1]. -> wax",
        "None do [2]. -> ?2",
        "So they do [1]. -> wax",
    ]


def test_a_list_that_goes_on_behind_prose_stays_one():
    said = "Hives grow [1]. Combs warm [2].\n\n"
    lists = f"## References\n\n[1] {WORKS[0]}\n\n## Further reading\n\n[2] {WORKS[1]}"
    assert listed(said + lists) == ["Hives grow [1]. -> hive", "Combs warm [2]. -> wax"]


def test_each_bibliography_of_a_book_in_latex_is_that_of_its_chapter():
    chapter = (
        r"\chapter{{A}} Bees do \cite{{a}}.\begin{{thebibliography}}{{1}}\bibitem{{a}} {}"
        "\n\\end{{thebibliography}}\n\n"
    )
    text = "".join(chapter.format(work) for work in WORKS)
    assert [each.split(" -> ")[1] for each in listed(text, "d.tex")] == ["hive", "wax", "moth"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("* Bees\nHives grow [cite:@hive].\n** Wax [cite:@wax]\nCombs warm [cite/t:@wax p. 3].",
         ["Hives grow [cite:@hive]. -> hive", "Combs warm [cite/t:@wax p. 3]. -> wax"]),
        ("* Bees\n  Combs warm [[https://arxiv.org/abs/1901.00017][here]].\n\n    More grow, too\n"
         "    [[cite:&hive]].", ["Combs warm here <https://arxiv.org/abs/1901.00017>. -> wax",
                                "More grow, too [@hive]. -> hive"]),
        ("* Bees\n:PROPERTIES:\n:CUSTOM_ID: cite:wax\n:END:\nHives grow[fn::See cite:hive.].",
         ["Hives grow[^footnote 1]. -> hive"]),
        ("* Bees\n| Hives | grow on all the roofs [cite:@hive] |\n|---+---|\n"
         "| Combs | keep all the brood warm [cite:@wax] |",
         ["Hives grow on all the roofs [cite:@hive] -> hive",
          "Combs keep all the brood warm [cite:@wax] -> wax"]),
        ("* Bees\n# Hives are bad [cite:@hive]\n: x = hives[1]\nSo =[cite:@wax]=.", []),
        ("#+TITLE: Bees\nHives grow \\cite{hive}.", [r"Hives grow \cite{hive}. -> hive"]),
        ("- Hives grow [cite:@hive].\n  So they do [cite:@wax].\n  - Moths eat [cite:@moth].",
         ["Hives grow [cite:@hive]. -> hive", "So they do [cite:@wax]. -> wax",
          "Moths eat [cite:@moth]. -> moth"]),
    ],
)  # fmt: skip
def test_org_needs_no_keyword_in_a_file_of_that_name(text, found):
    assert listed(text, "d.org") == found


SAID = "Hives grow [{}]. Combs warm [{}].\n\n"
SHORT = [
    "Moor, I., Bly, T. Counting Hives in Cities. 2021.",
    "Aar, B. Wax: How Combs Keep Warm. 2019.",
]


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ((1, 2), "## References\n\n1. {}\n1. {}\n"),
        ((4, 5), "## References\n\n4. {}\n4. {}\n"),
        ((3, 4), '## References\n\n<ol start="3">\n<li>{}</li>\n<li>{}</li>\n</ol>\n'),
        ((1, 7), "## References\n\n<ol>\n<li>{}</li>\n<li value=7>{}</li>\n</ol>\n"),
        ((1, 2), "1 {}\n2 {}\n"),
        ((1, 2), "1 {}\n\n2 {}\n"),
    ],
)
def test_entries_are_numbered_as_the_list_shows(numbers, lines):
    text = SAID.format(*numbers) + lines.format(*SHORT)
    assert [each.split(" -> ")[1] for each in listed(text)] == ["hive", "wax"]


@pytest.mark.parametrize("end", ["\n", ""])
def test_chapters_of_a_page_have_their_lists_whatever_its_lines(end):
    chapter = f"<h1>A</h1><p>So [1].</p>{end}<h2>References</h2><ol><li>{{}}</li></ol>{end}"
    text = f"<html><body>{''.join(chapter.format(work) for work in WORKS)}</body></html>"
    assert [each.split(" -> ")[1] for each in listed(text)] == ["hive", "wax", "moth"]


TITLES_FIRST = [
    "Counting Hives in Cities. https://aclanthology.org/2021.bees-1.12",
    "Wax: How Combs Keep Warm. arXiv:1901.00017",
]


@pytest.mark.parametrize("entries", [SHORT, WORKS[:2], TITLES_FIRST])
@pytest.mark.parametrize("lines", ["1. {}\n2. {}\n", "1) {}\n\n2) {}\n", "---\n\n1. {}\n1. {}\n"])
def test_numbered_items_that_end_a_draft_are_the_list_where_it_cites_them(lines, entries):
    text = SAID.format(1, 2) + lines.format(*entries)
    assert listed(text, "d.txt") == ["Hives grow [1]. -> hive", "Combs warm [2]. -> wax"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SAID.format(1, 2) + "1. Wax (Aar and Su, 2019).\n2. It is.\n\nSo:\n\n1. {}\n2. {}",
         ["hive", "wax", "wax"]),
        ("Hives grow [1].\n\n1. {}\n2. {}\n\nThe end.", ["?1"]),
        ("Hives grow [1].\n\n1. Moor and Bly (2021) count hives.\n2. Kern (2020) feeds moths.",
         ["?1", "hive", "moth"]),
        ("Hives grow.\n\n1. Combs warm (Aar and Su, 2019).\n2. Moths eat (Kern, 2020).",
         ["wax", "moth"]),
        (SAID.format(1, 2) + "1. Combs warm (Aar and Su, 2019).\n2. Moths eat (Kern, 2020).",
         ["?1", "?2", "wax", "moth"]),
    ],
)  # fmt: skip
def test_a_numbered_list_of_prose_stays_prose(text, found):
    assert [each.split(" -> ")[1] for each in listed(text.format(*SHORT))] == found


def test_numbered_lines_of_prose_are_no_list():
    text = "1 Moor and Bly (2021) count hives.\n2 Kern (2020) feeds moths.\n"
    assert [each.split(" -> ")[1] for each in listed(text)] == ["hive", "moth"]


@pytest.mark.parametrize("lines", ["2 {}\n3 {}\n", "1 {}\n\nThe end.\n\n2 {}\n"])
def test_lines_that_do_not_count_from_one_are_no_list(lines):
    text = SAID.format(1, 2) + lines.format(*SHORT)
    assert "Hives grow [1]. -> ?1" in listed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Combs warm [@doi:10.48550/arXiv.1901.00017].",
        "Combs warm [@arxiv:1901.00017].",
        "Combs warm @arXiv:1901.00017.",
        "Combs warm [@https://arxiv.org/abs/1901.00017].",
        'Combs warm <a href="https://arxiv.org/abs/1901.00017">[1]</a>.',
        "Combs warm [[1]](https://arxiv.org/abs/1901.00017).",
        '<html><p>Combs warm <a href="https://arxiv.org/abs/1901.00017">[1]</a>.</p></html>',
    ],
)
def test_an_address_may_be_a_key_or_lie_behind_a_number(text):
    assert [each.split(" -> ")[1] for each in listed(text)] == ["wax"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hives grow $^1$. Combs warm.$^{[2]}$ Moths eat$^{3}$.",
         ["Hives grow¹. -> hive", "Combs warm.² -> wax", "Moths eat³. -> moth"]),
        ("Values lie in [0, 1] or [1, 2].", []),
        ("They are from [0, 1], [1, 2] or [2, 3].", []),
        ("Values lie in [1, 2]. It was [1, 2] or [-1, 3], and [0.5, 1], [1, 3].", []),
        ("It lies in the cells [1, 2].", ["It lies in the cells [1, 2]. -> hive wax"]),
    ],
)  # fmt: skip
def test_raised_numbers_cite_and_intervals_do_not(text, found):
    assert listed(text + LIST) == found


def test_raised_numbers_of_latex():
    text = "Hives grow$^1$. Combs warm.$^{[2]}$ Moths\\textsuperscript{[3]} eat 10$^3$ m$^2$.\n\n"
    lists = "\\section{References}\n\n" + "\n\n".join(f"[{n}] {w}" for n, w in enumerate(WORKS, 1))
    assert listed(text + lists, "draft.tex") == [
        "Hives grow¹. -> hive",
        "Combs warm.² -> wax",
        "Moths³ eat 10³ m². -> moth",
    ]


def test_a_later_paragraph_of_a_footnote_may_be_the_work():
    text = f"Hives grow.[^l]\n\n[^l]: Not all of them.\n\n    {WORKS[0]}\n"
    assert listed(text) == ["Hives grow.[^l] -> hive"]


LINK = "https://arxiv.org/abs/1901.00017"


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        (f"Combs keep warm ({LINK}).", True),
        (f"Combs melt ({LINK}).", True),
        (f"Combs melt <{LINK}>.", True),
        (f"The paper ({LINK}).", False),
        (f"Paper: {LINK}", False),
        (f"See {LINK}.", False),
        (f"The preprint here ({LINK}).", False),
    ],
)
def test_a_few_words_with_an_address_state_something_or_say_where(text, cites):
    assert len(listed(text)) == cites


def test_notes_of_a_wiki_that_are_named_and_told_at_the_end():
    text = (
        "Hives grow.{{r|m}} Combs warm.{{r|a 1|m|p=3}}{{rp|7}}\n\n== References ==\n"
        "{{reflist|refs=\n<ref name=m>{{cite journal |last=Moor |title=Counting Hives in Cities "
        f'|year=2021}}}}</ref>\n<ref name="a 1">{WORKS[1]}</ref>\n}}}}\n'
    )
    found = ["Hives grow.[^m] -> hive", "Combs warm.[^a-1][^m] -> wax hive"]
    assert listed(text) == found
    plain = text.replace("{{reflist|refs=", "<references>").replace(
        "</ref>\n}}", "</ref></references>"
    )
    assert listed(plain) == found


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("# A comb keeps brood warm [@wax]\n", "d.md", ["A comb keeps brood warm [@wax] -> wax"]),
        ("# Moths are a pest [@moth]\n", "d.md", ["Moths are a pest [@moth] -> moth"]),
        ("# Related work on warm combs [@wax]\n\n## Laws for moths [@moth]\n", "d.md", []),
        (r"\section{A comb keeps brood warm \cite{wax}}", "d.tex",
         [r"A comb keeps brood warm \cite{wax} -> wax"]),
        (r"\paragraph{Moths are a pest \cite{moth}.} So be it. \paragraph{Wax \cite{wax}.} It is.",
         "d.tex", [r"Moths are a pest \cite{moth}. -> moth"]),
    ],
)  # fmt: skip
def test_a_heading_that_states_something_is_a_sentence(text, name, found):
    assert listed(text, name) == found


def test_short_commands_of_ones_own_are_spelt_out():
    text = (
        "\\newcommand{\\hv}{Hives\\xspace}\n\\newcommand*\\both{\\hv and combs}\\def\\no{5\\%}\n"
        "\\newcommand{\\two}[2]{#1 #2}\n\\begin{document}\n"
        "\\hv grow, \\both{} too, \\no less \\cite{hive}.\n\\end{document}"
    )
    (one,) = check_draft(text, "latex", Shelf()).sentences
    assert (one.line, one.text) == (5, r"Hives grow, Hives and combs too, 5\% less \cite{hive}.")


@pytest.mark.parametrize(
    ("defined", "used", "shown"),
    [
        (r"\newcommand{\see}[1]{\citep{#1}}", r"\see{hive}", r"\citep{hive}"),
        (r"\newcommand*\see[1]{\parencite{#1}\xspace}", r"\see{hive}", r"\parencite{hive}"),
        (r"\renewcommand{\see}[1]{(\cite{#1})}", r"\see{hive}", r"(\cite{hive})"),
        (r"\def\see#1{\cite{#1}}", r"\see {hive}", r"\cite{hive}"),
        (r"\newcommand{\see}[2]{#2 \cite{#1}}", r"\see{hive}{so}", r"so \cite{hive}"),
        (r"\newcommand{\see}[2][2]{\cite[p.~#1]{#2}}", r"\see{hive}", r"\cite[p. 2]{hive}"),
        (r"\newcommand{\see}[2][]{\cite[#1]{#2}}", r"\see[3]{hive}", r"\cite[3]{hive}"),
        (r"\NewDocumentCommand{\see}{s O{2} m}{\cite[#2]{#3}}", r"\see*{hive}", r"\cite[2]{hive}"),
        ("\\newcommand{\\see}[1]{%\n  \\cite{#1}% so\n}", r"\see{hive}", r"\cite{hive}"),
        (r"\newcommand{\also}[1]{cf. \see{#1}}\def\see#1{\cite{#1}}", r"\also{hive}",
         r"cf. \cite{hive}"),
        (r"\renewcommand{\see}{\cite{hive}}", r"\see", r"\cite{hive}"),
        (r"\newcommand{\mycite}[1]{(\cite{#1})}", r"\mycite{hive}", r"\mycite{hive}"),
        (r"\newcommand{\mycite}[2]{#1 \cite{#2}}", r"\mycite{so}{hive}", r"so \cite{hive}"),
        (r"\let\see\citep", r"\see{hive}", r"\citep{hive}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("begins", ["", "\\begin{document}\n"])
def test_citing_commands_of_ones_own_cite_where_they_are_used(begins, defined, used, shown):
    text = f"{defined}\n{begins}\nHives grow {used}."
    (one,) = check_draft(text, "latex", Shelf()).sentences
    assert (one.text, one.papers) == (f"Hives grow {shown}.", ("hive",))
    assert one.line == text.count("\n") + 1


def test_short_commands_that_grow_without_end_stay():
    text = "\\def\\a{" + "x" * 90 + "}" + "\\a " * 1000 + "\\cite{hive}."
    assert "\\a" in listed(text, "d.tex")[0]


@pytest.mark.parametrize(
    "text",
    [
        "> [!NOTE]\n> Combs warm [@wax].",
        "> [!warning]- Combs warm [@wax].",
        "- [ ] Combs warm [@wax].",
        "- [x] Combs warm [@wax].",
        "Comb\n:   Combs warm [@wax].",
        "Comb\n~   Combs warm [@wax].",
        "Comb\n\n:   Combs warm [@wax].",
    ],
)
def test_badges_boxes_and_terms_are_no_part_of_a_sentence(text):
    (one,) = check_draft(text, "markdown", Shelf()).sentences
    assert one.text == "Combs warm [@wax]."
    assert one.line == text.count("\n") + 1


def test_each_definition_of_a_term_is_its_own_sentence():
    text = "Comb\n: Combs warm [@wax].\n: Hives grow [@hive]."
    report = check_draft(text, "markdown", Shelf())
    assert [(each.line, each.text) for each in report.sentences] == [
        (2, "Combs warm [@wax]."),
        (3, "Hives grow [@hive]."),
    ]
