"""Text as it came from the wild, made plain once."""

# ruff: noqa: E501 one case a line

import doctest
import importlib
import pkgutil

import pytest

import rag.readers
from rag.readers import fields
from rag.readers.clean import clean, clean_abstract
from rag.readers.people import people

UNTOUCHED = [
    "p < 0.05 and n > 3, a<b, 1 <2> 3, n <b and c> d",
    "R&D at AT&T costs $5 or $10 (50% of 100_000), \\eg at ~3 & 4",
    "C:\\temp\\new\\alpha and \\d+\\.\\w in a pattern, \\\\server\\share",
    'said \\"Also\\" that; the \\jedi method; MP_{+}; {https://x.org}',
    "$HOME/x_y:$PATH is no formula, and neither are $5-$10",
    "a~b -- c --- d `e' ``f'' {g}",
    "&copy without its end, &unknown; and & alone",
    "می‌خواهم 👩‍🔬",  # joiners that scripts and emoji need
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_plain_text_stays_as_it_is(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  two\t\nlines\u00a0here \u2003 and\u2028there ", "two lines here and there"),
        ("e\u0301 and A\u030a", "é and Å"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("so\u00adft zero\u200bwidth \ufeffmark", "soft zerowidth mark"),
        ("abc\u202edef\u202c \u2066x\u2069 \u200fy", "abcdef x y"),
        ("lone \ud800 surrogate\udfff", "lone surrogate"),
        ("hidden\U000e0041\U000e0042 tags\ufffe", "hidden tags"),
        ("e\u200b\u0301", "é"),
    ],
)
def test_white_space_and_invisible_characters(text, plain):
    assert clean(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<jats:p>One</jats:p><jats:p>Two</jats:p>", "One Two"),
        ("<p>In <i>E. coli</i>, <b>bold</b><br/>H<sub>2</sub>O</p>", "In E. coli, bold H2O"),
        ("10<sup>-3</sup> m<sup>2</sup>, 5<sup>th</sup>", "10⁻³ m², 5th"),
        ("<jats:title>Abstract</jats:title><jats:p>We</jats:p>", "We"),
        ("<jats:sec><jats:title>Methods</jats:title><jats:p>We</jats:p></jats:sec>", "Methods: We"),
        ('<span class="x" id=\'y\'>in</span> <a href="http://x.org">link</a>', "in link"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> is &lt; y", "x is < y"),
        ("caf&eacute; &#233; &#xE9; &amp; AT&amp;amp;T", "café é é & AT&T"),
        ("&lt;i&gt;twice&lt;/i&gt; escaped", "twice escaped"),
        ("&#0;&#xD800;x", "\ufffd\ufffdx"),
    ],
)
def test_markup(text, plain):
    assert clean(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"Fr\'echet gains 2.19\%/3.4\% on", "Fréchet gains 2.19%/3.4% on"),
        (r"Schr{\"o}dinger, \v{S}imi\'c, J{\o}rgensen, S\o ren, Stra{\ss}e, na\"ive", "Schrödinger, Šimić, Jørgensen, Søren, Straße, naïve"),
        (r"it\'s what we can\'t", "it's what we can't"),
        (r"\emph{very} \textbf{bold \textit{both}} {\em old}", "very bold both old"),
        (r"\href{http://x.org}{here} and \url{http://y.org/a_b}", "here and http://y.org/a_b"),
        (r"$\mathcal{O}(n \log n)$, $x_i^2 \leq \frac{a}{b}$", "O(n log n), x_i^2 ≤a/b"),
        (r"CO$_2$ at 10$^{-3}$ m$^{2}$ for the 5$^{th}$ of $k$", "CO2 at 10⁻³ m² for the 5th of k"),
        (r"76\(\%\) of \(\ell_2\)", "76% of ℓ_2"),
        (r"$\softmax(x)$ and $\|x\|_2$ in $\mathbb{R}^d$", "softmax(x) and ‖x‖_2 in ℝ^d"),
        (r"\alpha-helix, 2\times faster", "α-helix, 2× faster"),
    ],
)  # fmt: skip
def test_evident_latex_in_any_source(text, plain):
    assert clean(text) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("6~8% in SDP~2016", "6~8% in SDP 2016"),
        ("{BERT}: {P}re-training", "BERT: Pre-training"),
        ("50% of ``small'' sets---or more--less", "50% of “small” sets—or more–less"),
        (r"\'Etale, \`a, see~\cite{a,b} in Sec.~2, ~100", "Étale, à, see [a,b] in Sec. 2, ~100"),
        (r"a\,b\\c \{set\} \mycommand{kept} \unknown stays", r"a b c {set} kept \unknown stays"),
        (r"costs \$5 and \$10, or $5 and $10", "costs $5 and $10, or $5 and $10"),
        ("$a < b$ and $\\{1,2\\}$", "a < b and {1,2}"),
    ],
)
def test_sources_that_are_latex_throughout(text, plain):
    assert clean(text, latex=True) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Abstract: We", "We"),
        ("ABSTRACT We", "We"),
        ("Abstract. We", "We"),
        ("Abstract—We", "We"),
        ("Abstract interpretation is sound.", "Abstract interpretation is sound."),
        ("Abstract-level plans", "Abstract-level plans"),
        ("Abstracts: a survey", "Abstracts: a survey"),
        ("Abstract", "Abstract"),
    ],
)
def test_labels_before_an_abstract(text, plain):
    assert clean_abstract(text) == plain


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["Ada Lovelace", "Turing, Alan", "King, Jr., Martin", "Smith, Jane, PhD"], ["Ada Lovelace", "Alan Turing", "Martin King Jr.", "Jane Smith PhD"]),
        ([{"name": "Ada Lo"}, {"given": "B", "family": "C"}, {"first": "D", "last": "E"}, {"author": {"display_name": "F G"}}], ["Ada Lo", "B C", "D E", "F G"]),
        ("Vaswani, Ashish and Shazeer, Noam", ["Ashish Vaswani", "Noam Shazeer"]),
        ("Ashish Vaswani and Noam Shazeer and others", ["Ashish Vaswani", "Noam Shazeer"]),
        ("Vaswani, Ashish; Shazeer, Noam", ["Ashish Vaswani", "Noam Shazeer"]),
        ("Ada Lovelace, Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("Ada Lovelace, Alan Turing, and Grace Hopper", ["Ada Lovelace", "Alan Turing", "Grace Hopper"]),
        ("Ada Lovelace, Alan Turing and Grace Hopper", ["Ada Lovelace", "Alan Turing", "Grace Hopper"]),
        ("Lovelace, Ada", ["Ada Lovelace"]),
        ("Lovelace, A., Turing, A. M.", ["A. Lovelace", "A. M. Turing"]),
        ("Lovelace A., Turing A.M.", ["A. Lovelace", "A.M. Turing"]),
        ("Alexander Sand, et al.", ["Alexander Sand"]),
        ("Plato", ["Plato"]),
        ([{"given": "Nan", "family": "Duan"}, {"given": "Li", "family": "Na"}, "Nan Ding"], ["Nan Duan", "Li Na", "Nan Ding"]),
        ({"name": "One Person"}, ["One Person"]),
        ([None, 3, "", {"name": None}, ["Last", "First", ""]], ["First Last"]),
        (None, []),
        (7, []),
    ],
)  # fmt: skip
def test_people(value, names):
    assert people(value) == tuple(names)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (2019, 2019),
        (2019.0, 2019),
        ("2019", 2019),
        ("2019-03-01T00:00:00Z", 2019),
        ("20190301", 2019),
        ("Spring 1998/99", 1998),
        ({"date-parts": [["2019", 3]]}, 2019),
        ({"raw": "c. 2019"}, 2019),
        ([[2019]], 2019),
        ([[[[[[[2019]]]]]]], None),
        ("n.d.", None),
        ("", None),
        (0, None),
        (20190, None),
        (99999, None),
        (-2019, 2019),
        (1583020800000, 2020),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_years(value, year):
    assert fields.year(value) == year


@pytest.mark.parametrize(
    ("value", "doi"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("https://doi.org/10.1000/abc.", "10.1000/abc"),
        ("http://dx.doi.org/10.1000/a%2Fb", "10.1000/a/b"),
        ("DOI: 10.1000/abc;", "10.1000/abc"),
        ("10.1002/(SICI)1097-4571(199401)45:1<1::AID-ASI1>3.0.CO;2-K", "10.1002/(sici)1097-4571(199401)45:1<1::aid-asi1>3.0.co;2-k"),
        ("10.1000/abc</doi>", "10.1000/abc"),
        ("doi", None),
        (None, None),
        (10.1, None),
    ],
)  # fmt: skip
def test_dois(value, doi):
    assert fields.doi(value) == doi


@pytest.mark.parametrize(
    ("value", "own"),
    [
        ("1706.03762", "1706.03762"),
        ("1706.03762v5", "1706.03762"),
        ("arXiv:1706.03762v5", "1706.03762"),
        ("http://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001"),
        ("https://arxiv.org/pdf/1706.03762v5.pdf", "1706.03762"),
        ("10.48550/arXiv.1706.03762", "1706.03762"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("1706.037", None),
        ("17060.3762", None),
        ("1706.03762x", None),
        (1706.03762, None),
    ],
)
def test_arxiv_ids(value, own):
    assert fields.arxiv_id(value) == own


def test_addresses_that_could_run_code_are_dropped():
    assert fields.web_address("HTTPS://x.org/a") == "HTTPS://x.org/a"
    assert fields.web_address(["http://x.org"]) == "http://x.org"
    assert fields.web_address("javascript:alert(1)") is None
    assert fields.web_address("http://x.org/ onclick=y") is None


def test_the_examples_of_the_docstrings():
    tried = 0
    for module in pkgutil.iter_modules(rag.readers.__path__, "rag.readers."):
        result = doctest.testmod(importlib.import_module(module.name))
        assert result.failed == 0
        tried += result.attempted
    assert tried >= 10
