"""A model's text becomes these blocks, and nothing of it becomes markup of its own."""

import re

import pytest

from ui.inline import FORMULA, Wrap
from ui.maths import to_mathml
from ui.prose import to_html

CHIP = '<span class="cite"><span class="n">{}</span></span>'
TIE = '<span class="tie">'
LINK = '<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>'


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("One.\nTwo.", ["<p>One.\nTwo.</p>"]),
        ("One.\n\nTwo.", ["<p>One.</p>", "<p>Two.</p>"]),
        ("One.\n \nTwo.", ["<p>One.</p>", "<p>Two.</p>"]),
        ("- a\n- b\n\nc", ["<ul><li>a</li><li>b</li></ul>", "<p>c</p>"]),
        ("2. a\n3) b", ['<ol><li value="2">a</li><li value="3">b</li></ol>']),
        ("- a\n1. b", ["<ul><li>a</li></ul>", '<ol><li value="1">b</li></ol>']),
        ("# Head\ntext", ["<h3>Head</h3>", "<p>text</p>"]),
        ("**b** and *i*", ["<p><strong>b</strong> and <em>i</em></p>"]),
        ("**a *b* c**", ["<p><strong>a <em>b</em> c</strong></p>"]),
        ("2 * 3 * 4", ["<p>2 * 3 * 4</p>"]),
        ("a*b*c **open", ["<p>a*b*c **open</p>"]),
        ("use `a < b`", ["<p>use <code>a &lt; b</code></p>"]),
        ("```py\nx < 1\n```\nend", ["<pre>x &lt; 1</pre>", "<p>end</p>"]),
        ("```\nopen [1]", ["<pre>open [1]</pre>"]),
        ("So [1][12].", [f"<p>So{TIE}&nbsp;{CHIP.format(1)}{CHIP.format(12)}.</span></p>"]),
        ("[1] x", [f"<p>{TIE}{CHIP.format(1)}</span> x</p>"]),
        ("**so [1]** x", [f"<p><strong>so{TIE}&nbsp;{CHIP.format(1)}</span></strong> x</p>"]),
        ("So [9?].", [f'<p>So{TIE}&nbsp;<span class="cite dead">9?</span>.</span></p>']),
        ("`a[1]` [0] [2020]", ["<p><code>a[1]</code> [0] [2020]</p>"]),
        ("- a\n  - b\n- c", ["<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"]),
        ("1. a\n   > q", ['<ol><li value="1">a<blockquote><p>q</p></blockquote></li></ol>']),
        ("> a\n> b\n>\n> - c", ["<blockquote><p>a\nb</p><ul><li>c</li></ul></blockquote>"]),
        ("a\n\n---", ["<p>a</p>", "<hr>"]),
        ("- a\n  ```\n  x\n  ```", ["<ul><li>a<pre>  x</pre></li></ul>"]),
        ("[a](https://e.org/b)", [f"<p>a ({LINK.format('https://e.org/b')})</p>"]),
        ("So https://e.org/b.", [f"<p>So {LINK.format('https://e.org/b')}.</p>"]),
    ],
)
def test_blocks(text, blocks):
    assert to_html(text) == blocks


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ('<img src=x onerror="x">', "&lt;img src=x onerror=&quot;x&quot;&gt;"),
        ("![i](http://e.org/i.png)", "![i](http://e.org/i.png)"),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ("[1](javascript:x)", "[1](javascript:x)"),
        ("<math><mi>x</mi></math>", "&lt;math&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;/math&gt;"),
        ("$5 and $6 or ${x} {{x}} &amp;", "$5 and $6 or ${x} {{x}} &amp;amp;"),
        ("[a](http://e.org/<b>)", "[a](http://e.org/&lt;b&gt;)"),
    ],
)
def test_markup_is_shown_as_it_was_written(text, shown):
    assert to_html(text) == [f"<p>{shown}</p>"]


def test_a_table_and_the_sentences_in_its_cells():
    text = "| A | B |\n|---|--:|\n| a | b [1] |\n| <i> |"
    start = text.index("a | b")
    wraps = [Wrap(start, start + 11, "<s>", "</s>", "!")]
    assert to_html(text, wraps) == [
        '<div class="table" role="region" aria-label="Table" tabindex="0"><table><thead><tr>'
        '<th scope="col">A</th><th scope="col" class="right">B</th></tr></thead><tbody><tr>'
        f'<td><s>a</s></td><td class="right"><s>b{TIE}&nbsp;{CHIP.format(1)}</span></s>!</td></tr>'
        '<tr><td>&lt;i&gt;</td><td class="right"></td></tr></tbody></table></div>'
    ]


def test_formulas():
    assert f'<span class="formula wide" {FORMULA}>' in to_html(f"so ${'+x' * 30}$ is")[0]
    inner = "<mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow>"
    made = f'<span class="formula"><math alttext="x&lt;1" display="inline">{inner}</math></span>'
    assert to_html("so $x<1$ is") == [f"<p>so {made} is</p>"]
    [shown] = to_html("$$\nx\n- y\n$$")
    assert shown.endswith("</math></span></div>")
    assert shown.startswith(f'<div class="maths" {FORMULA}><span class="formula shown"><math ')
    assert (' display="block"><mrow><mi>x</mi><mo>−</mo>') in shown
    [set_apart] = to_html(r"\[x\]")
    assert set_apart.startswith(f'<p><span class="formula shown" {FORMULA}><math alttext="x"')


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:x}{y}",
        r"\style{color:red}{x}",
        r"\class{a}{x}",
        r"\text{<img src=x onerror=x>}",
        r"\text{&#x3c;img src=x&#x3e;}",
        r"\color{url(http://e.org)}{x}",
        r"\mathbb{<script>}",
    ],
)
def test_a_formula_brings_nothing_else(tex):
    made = to_mathml(tex)
    made = re.sub(' alttext="[^"<>]*"', "", made, count=1)
    tags = set(re.findall(r"<(\w+)((?: [a-z]+=\"[^\"<>]*\")*)>", made))
    assert {tag for tag, _ in tags} <= {"math", "mrow", "mi", "mo", "mn", "mtext", "mstyle"}
    assert {attributes for _, attributes in tags} <= {
        "",
        ' display="inline"',
        ' stretchy="false"',
        ' mathvariant="double-struck"',
    }


@pytest.mark.parametrize("tex", ["", "{" * 900, "x" * 1_001, r"\begin{matrix}"])
def test_what_is_no_formula_is_shown_as_it_was_written(tex):
    assert to_mathml(tex) in (None, '<math alttext="" display="inline"><mrow></mrow></math>')


def test_wraps_go_around_their_slice_in_every_block_they_touch():
    text = "One two. Three\n\n- four five"
    wraps = [Wrap(0, 8, "<a>", "</a>"), Wrap(9, 22, "<b>", "</b>")]
    assert to_html(text, wraps) == [
        "<p><a>One two.</a> <b>Three</b></p>",
        "<ul><li><b>four</b> five</li></ul>",
    ]


def test_emphasis_ends_with_the_sentence_that_opened_it():
    text = "**One. Two** x."
    wraps = [Wrap(0, 6, "<a>", "</a>"), Wrap(7, 15, "<b>", "</b>")]
    assert to_html(text, wraps) == ["<p><a>**One.</a> <b>Two** x.</b></p>"]


def test_a_chip_is_told_where_it_stands():
    seen = []

    def chip(item, at):
        seen.append((item.first, at))
        return "#"

    assert to_html("ab [3] cd [4].", (), chip) == [
        f"<p>ab{TIE}&nbsp;#</span> cd{TIE}&nbsp;#.</span></p>"
    ]
    assert seen == [(3, 3), (4, 10)]


def test_a_long_text_takes_time_in_proportion():
    text = "**a [1] *b* `c` " * 20_000
    wraps = [Wrap(i, i + 15, "<a>", "</a>") for i in range(0, len(text), 16)]
    assert sum(map(len, to_html(text, wraps))) > len(text)
