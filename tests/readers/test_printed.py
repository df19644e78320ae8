"""Text as it is printed: LaTeX, markup, formulas, labels and notices undone, in any source."""

# ruff: noqa: E501 texts stay as their sources write them

from __future__ import annotations

import pytest

from rag.readers.clean import clean, clean_abstract
from rag.readers.latex import journal

COMMANDS = {
    r"\textquoteleft a\textquoteright": "‘a’", r"\textquotedbl a\textquotedbl": '"a"', r"\textregistered{} \texttrademark{} \textcopyright": "® ™ ©",
    r"5\,\textmu m, 5~\textohm, 5\textperthousand": "5 µm, 5 Ω, 5‰", r"\textsterling 5, \textyen 5, \textcent, \textcurrency": "£5, ¥5, ¢, ¤",
    r"\textordfeminine\ \textordmasculine": "ª º", r"\textbullet\ one \textdagger\textdaggerdbl": "• one †‡", r"\textonesuperior\textthreesuperior": "¹³",
    r"\textleftarrow\textrightarrow": "←→", r"\textexclamdown Hola! \textquestiondown Que?": "¡Hola! ¿Que?", r"\guillemotleft{}a\guillemotright": "«a»",
    r"\textlangle a\textrangle": "⟨a⟩", r"\textbrokenbar\textsection\textparagraph": "¦§¶", r"\texttildelow": "~", r"\textmusicalnote": "♪",
    r"\S 5, \P 6, \dag, \ddag, \copyright, \pounds": "§ 5, ¶ 6, †, ‡, ©, £", r"caf\'e, na\"{\i}ve, \c{c}a, \v{C}apek, \H{o}, \k{a}, \r{a}, \u{g}, \d{s}, \b{k}": "café, naïve, ça, Čapek, ő, ą, å, ğ, ṣ, ḵ",
    r"\ss{} \ae{} \O{} \l{} \i{} \AA{} \dh{} \th{} \ng{}": "ß æ Ø ł ı Å ð þ ŋ", r"{\ss}{\ae}{\o}{\L}{\aa}": "ßæøŁå", r"\TeX{} and \LaTeX": "TeX and LaTeX",
    r"$\alpha$-, \(\beta\)-, $\Gamma$, $\varepsilon$": "α-, β-, Γ, ε", r"$x \leq y \neq z \approx 5 \times 10^{-3}$": "x ≤ y ≠ z ≈ 5 × 10^-3", r"$\mathbb{R}^n$, $\mathcal{O}(n)$, $\ell_2$": "ℝ^n, O(n), ℓ_2",
    r"CO$_2$, H\textsubscript{2}O, m$^{2}$, 10\textsuperscript{5}": "CO2, H2O, m², 10⁵", r"{\it E. coli}, \textit{S. aureus}, {\em very} {\bf bold}": "E. coli, S. aureus, very bold",
    r"\emph{a \textbf{b \textsc{c}}} \url{https://example.org/a_b}": "a b c https://example.org/a_b", r"\href{https://x.org}{here} \cite{a,b}~\footnote{no}": "here [a,b] no",
    r"5\% of \$3 \& \#1 \_x \{y\}": "5% of $3 & #1 _x {y}", r"one---two--three ``four'' `five'": "one—two–three “four” `five'", r"Dr.~Ito, Fig.~2, 5\,km, a\-b, x\ y": "Dr. Ito, Fig. 2, 5 km, ab, x y",
    r"5$^\circ$C, 5$^{\circ}$, $1\farcs5$, ${\rm H_2O}$, $\rm km\,s^{-1}$": "5°C, 5°, 1.″5, H_2O, km s^-1", r"\begin{itemize}\item One. \item Two.\end{itemize}": "One. Two.",
    r"\textcolor{red}{Bees} \noindent and \verb|x_1| \par wasps": "Bees and x_1 wasps", r"\textguarani, \textlbrackdbl a\textrbrackdbl, \textsevenoldstyle": "₲, ⟦a⟧, 7",
}  # fmt: skip
# Texts that are not LaTeX throughout: what is evident is undone, all else is left.
ANY = {
    r"C:\temp\new and \\server\share": r"C:\temp\new and \\server\share", "for $5 and $10, A&B, AT&amp;T": "for $5 and $10, A&B, AT&T",
    "<p>One.</p><p>Two.</p>": "One. Two.", "<jats:p>n <jats:italic>p</jats:italic> &lt; 0.05</jats:p>": "n p < 0.05", "<it>Apis</it> <sc>d</sc>-x <bf>y</bf>": "Apis d-x y",
    "&lt;b&gt;Bold&lt;/b&gt; &amp;alpha; &amp;#x3b2;": "Bold α β", "10<sup>5</sup> m<sub>i</sub> <inf>2</inf>": "10⁵ mi 2", "n < 5 and p > 3; a<b, c>d": "n < 5 and p > 3; a<b, c>d",
    "<h4>Aim</h4>We saw. <h4>Results:</h4> 5.": "Aim: We saw. Results: 5.", "<b>Methods:</b> We saw.": "Methods: We saw.", "<sec><title>Aim</title><p>We saw.</p></sec>": "Aim: We saw.",
    "<AbstractText Label=\"AIM\" NlmCategory=\"OBJECTIVE\">We saw.</AbstractText>": "AIM: We saw.", "&nbsp;a&thinsp;b&ndash;c&hellip;": "a b–c…", "x&#8722;y &#x2265; 5": "x−y ≥ 5",
    "At <mml:math xmlns:mml=\"m\"><mml:msub><mml:mi>H</mml:mi><mml:mn>2</mml:mn></mml:msub><mml:mi>O</mml:mi></mml:math> rest": "At H2O rest",
    "<inline-formula><tex-math notation=\"LaTeX\">$k = 3$</tex-math></inline-formula> bees": "k = 3 bees",
    "<inline-formula><alternatives><mml:math><mml:mi>k</mml:mi></mml:math><tex-math><![CDATA[$$k$$]]></tex-math></alternatives></inline-formula> bees": "k bees",
    "<math><semantics><mrow><mi>x</mi></mrow><annotation encoding=\"application/x-tex\">x</annotation></semantics></math> is": "x is",
    "$$\\documentclass[12pt]{minimal} \\usepackage{upgreek} \\setlength{\\oddsidemargin}{-69pt} \\begin{document}$$\\gamma$$\\end{document}$$ rays": "γ rays",
    "<![CDATA[Bees danced.]]>": "Bees danced.", "<!-- no -->Bees<?x y?> danced.": "Bees danced.", "<p>Bees<br/>danced<br>well": "Bees danced well", "<a href=\"https://x.org\">here</a>": "here",
    "<span class=\"x\" style='y'>Bees</span>": "Bees", "a\u00adb\u200bc\ufeff \u202ed": "abc d", "ﬁne ﬂow": "ﬁne ﬂow",
}  # fmt: skip
BEES = "Bees danced for 40 seconds."
TAILS = [
    "© 2017 Elsevier Ltd. All rights reserved.", "© 2017 Elsevier Ltd", "(C) 2017 Elsevier B.V. All rights reserved.", "(c) 2017 The Authors", "©2017, Bee Press.", "© The Author(s) 2017.",
    "Copyright © 2017 Elsevier Inc. All rights reserved.", "Copyright 2017, Bee Press.", "Copyright (c) 2017 John Wiley & Sons, Ltd.", "Copyright © 2017 by the American Bee Society.", "Crown Copyright © 2017 Published by Elsevier Ltd.",
    "© 2017 IEEE.", "© 2017 ACM.", "© 2017 Springer Nature Limited", "© 2017 The Authors. Bee Letters published by John Wiley & Sons Ltd on behalf of the Bee Society.", "© 2017 WILEY-VCH Verlag GmbH & Co. KGaA, Weinheim.",
    "Published by Elsevier B.V.", "2017 Elsevier Ltd. All rights reserved.", "All rights reserved.", "(PsycINFO Database Record (c) 2017 APA, all rights reserved).", "(PsycInfo Database Record (c) 2020 APA, all rights reserved)", "PsycINFO Database Record (c) 2012 APA, all rights reserved.",
    "[ABSTRACT FROM AUTHOR]", "[ABSTRACT FROM AUTHOR] Copyright of Bee Letters is the property of Bee Press and its content may not be copied or emailed to multiple sites. However, users may print, download, or email articles for individual use.",
    "Copyright of Bee Letters is the property of Bee Press and its content may not be copied. (Copyright applies to all Abstracts.)", "This article is protected by copyright. All rights reserved.", "This is an open access article distributed under the terms of the Creative Commons Attribution License, which permits unrestricted use.",
    "This article is licensed under a Creative Commons Attribution 4.0 International License.", "Licensee MDPI, Basel, Switzerland.", "© 2017 by the authors. Licensee MDPI, Basel, Switzerland. This article is an open access article distributed under the terms and conditions of the Creative Commons Attribution (CC BY) license (http://creativecommons.org/licenses/by/4.0/).",
    "Georg Thieme Verlag KG Stuttgart · New York.", "© RSNA, 2017.", "(c) 2017 APA, all rights reserved.", "Copyright © 2017, American Bee Society.", "© 2017 American Bee Society.", "Reproduced with permission of the copyright owner. Further reproduction prohibited without permission.", "©EMBO", "Copyright © 2017 S. Karger AG, Basel.",
]  # fmt: skip
KEPT = [
    "Copyright law protects 5 works.", "The copyright of a dance is disputed.", "All rights reserved for bees were studied.", "We published by hand 5 books.", "The © sign was shown to 5 bees.", "Open access articles were read more.", "Licence to dance was given (5 bees).",
    "Bees danced (Copyright Act of 1911) for long.",
]  # fmt: skip
LABELS = {
    "Abstract Bees danced.": "Bees danced.", "Abstract Data types rest.": "Abstract Data types rest.", "ABSTRACT: Bees danced.": "Bees danced.", "Abstract: Bees danced.": "Bees danced.", "Abstract. Bees danced.": "Bees danced.", "Abstract— Bees danced.": "Bees danced.", "AbstractBees danced.": "Bees danced.", "ABSTRACTBees danced.": "Bees danced.", "Abstract—Bees danced.": "Bees danced.", "Abstract - Bees danced.": "Bees danced.",
    "AbstractBackgroundBees danced.": "Background: Bees danced.", "Abstract BACKGROUND: Bees danced.": "BACKGROUND: Bees danced.", "Abstract We saw bees.": "We saw bees.", "Abstract This paper is on bees.": "This paper is on bees.", "Abstract In this paper, bees dance.": "In this paper, bees dance.", "Abstract The bees dance.": "The bees dance.",
    "Abstract art is by bees.": "Abstract art is by bees.", "Abstract interpretation finds bees.": "Abstract interpretation finds bees.", "Abstract Meaning Representation of bees.": "Abstract Meaning Representation of bees.", "Abstracts of bees.": "Abstracts of bees.", "Abstract Syntax Networks dance.": "Abstract Syntax Networks dance.", "Summary Bees danced.": "Summary Bees danced.", "Summary: Bees danced.": "Summary: Bees danced.",
}  # fmt: skip
JOURNALS = {r"\aj": "AJ", r"\apjs": "ApJS", r"{\jcap}": "JCAP", r"\procspie": "Proc. SPIE", r"\nat": "Nature", r"\maps": "M&PS", r"\ptep": r"\ptep", "Nature": "Nature", r"\aapr ": "A&A Rev.", r"\psj": "PSJ", r"\pre": "PhRvE"}  # fmt: skip


@pytest.mark.parametrize(("written", "right"), COMMANDS.items())
def test_latex(written, right):
    assert clean(written, latex=True) == right


@pytest.mark.parametrize(("written", "right"), ANY.items())
def test_markup(written, right):
    assert clean_abstract(written) == right


@pytest.mark.parametrize("tail", TAILS)
def test_notices_are_no_part_of_an_abstract(tail):
    assert clean_abstract(f"{BEES} {tail}") == BEES


@pytest.mark.parametrize("sentence", KEPT)
def test_sentences_about_such_things_are(sentence):
    assert clean_abstract(f"{BEES} {sentence}") == f"{BEES} {sentence}"


@pytest.mark.parametrize(("written", "right"), LABELS.items())
def test_labels(written, right):
    assert clean_abstract(written) == right


@pytest.mark.parametrize(("written", "right"), JOURNALS.items())
def test_macros(written, right):
    assert journal(written) == right
