"""People as exports write them, one after the other, become "First Last"."""

# ruff: noqa: E501 lists of names stay on one line

from __future__ import annotations

import pytest

from rag.readers.bibtex import names
from rag.readers.people import people

# How it is written, what it is.
CELLS = [
    # One person.
    ("Ito, Mei R. K.", ["Mei R. K. Ito"]),
    ("von der Leyen, Ursula", ["Ursula von der Leyen"]),
    ("O'Neil-Smith, J.-P.", ["J.-P. O'Neil-Smith"]),
    ("Ito, Mei", ["Mei Ito"]),
    ("Mei Ito", ["Mei Ito"]),
    ("Plato", ["Plato"]),
    ("Wang, X", ["X Wang"]),
    ("Ito M.", ["M. Ito"]),
    ("D'Acosta R.M.", ["R.M. D'Acosta"]),
    ("Al-Khwarizmi A.-B.", ["A.-B. Al-Khwarizmi"]),
    ("Ito, Mei (57000000001)", ["Mei Ito"]),
    # Several.
    ("Mei Ito, Chi Okafor", ["Mei Ito", "Chi Okafor"]),
    ("Mei Ito, Chi Okafor and Lea Bo", ["Mei Ito", "Chi Okafor", "Lea Bo"]),
    ("Mei Ito, Chi Okafor, and Lea Bo", ["Mei Ito", "Chi Okafor", "Lea Bo"]),
    ("Mei Ito & Chi Okafor", ["Mei Ito", "Chi Okafor"]),
    ("Ito, M., Okafor, C. B., & Bo, L.", ["M. Ito", "C. B. Okafor", "L. Bo"]),
    ("Ito, M.; Okafor, C. B. & Bo, L.", ["M. Ito", "C. B. Okafor", "L. Bo"]),
    ("Ito M, Okafor CB, van Bo L", ["M Ito", "CB Okafor", "L van Bo"]),
    ("Ito M., Okafor C.B., de la Bo M.-J.", ["M. Ito", "C.B. Okafor", "M.-J. de la Bo"]),
    ("Ito M.; Langevin P.", ["M. Ito", "P. Langevin"]),
    ("Ito, M.,Okafor, C.", ["M. Ito", "C. Okafor"]),
    ("Ito, Mei and Okafor, Chi", ["Mei Ito", "Chi Okafor"]),
    ("Ito, Mei; Okafor, Chi;", ["Mei Ito", "Chi Okafor"]),
    ("Ito, Mei;Okafor, Chi", ["Mei Ito", "Chi Okafor"]),
    ("Ito, Mei | Okafor, Chi", ["Mei Ito", "Chi Okafor"]),
    ("Mei Ito\nChi Okafor", ["Mei Ito", "Chi Okafor"]),
    ("M. Ito, C. Okafor", ["M. Ito", "C. Okafor"]),
    ("M Ito, CB Okafor, ...", ["M Ito", "CB Okafor"]),
    ("Ito M, Okafor C, et al.", ["M Ito", "C Okafor"]),
    ("Mei Ito et al.", ["Mei Ito"]),
    ("Ito, M. et al.", ["M. Ito"]),
    ("王小明；李四", ["王小明", "李四"]),
    ("王小明、李四", ["王小明", "李四"]),
    ("张, 三; 李, 四", ["张三", "李四"]),
    ("鈴木, 花子; 林, 太郎; 김, 철수", ["鈴木 花子", "林太郎", "김철수"]),
    ("スミス, ジョン; 鈴木, アンナ", ["ジョン スミス", "鈴木 アンナ"]),
    ("Иванов, И. И.; Петров, П.", ["И. И. Иванов", "П. Петров"]),
    ("García Márquez, G.; Ramón y Cajal, S.", ["G. García Márquez", "S. Ramón y Cajal"]),
    ("García, G.; Ito, M. y Bo, L.", ["G. García", "M. Ito", "L. Bo"]),
    ("Иванов И.И., Петров П.П.", ["И.И. Иванов", "П.П. Петров"]),
    # Suffixes, degrees, initials that look like them.
    ("King, Martin Luther, Jr.", ["Martin Luther King Jr."]),
    ("King, Jr., Martin; Ito, M.", ["Martin King Jr.", "M. Ito"]),
    ("Martin King Jr., Mei Ito", ["Martin King Jr.", "Mei Ito"]),
    ("King Jr, M; Ito, M", ["M King Jr", "M Ito"]),
    ("Ito, MD; Okafor, SR", ["MD Ito", "SR Okafor"]),
    ("Rahman, Md; Karim, Md. A.", ["Md Rahman", "Md. A. Karim"]),
    ("Henry, VI; Ito, IV", ["VI Henry", "Ito IV"]),
    ("Ito M, Jr; Okafor C 3rd", ["M Ito Jr", "C Okafor 3rd"]),
    # Organisations, nobody.
    ("The Bee Group; Ito, M.", ["The Bee Group", "M. Ito"]),
    ("Ministry of Hives, Norway; Ito, M.", ["Ministry of Hives, Norway", "M. Ito"]),
    ("World Bee Organization", ["World Bee Organization"]),
    ("CERN Collaboration AB", ["CERN Collaboration AB"]),
    ("...", []),
    ("[Anonymous]", []),
    ("Anonymous; N/A", []),
    ("-", []),
]  # fmt: skip
LISTS = [
    ([{"given": "Mei", "family": "Ito"}, {"literal": "Bee, Wasp and Co"}], ["Mei Ito", "Bee, Wasp and Co"]),
    ([{"firstName": "Mei", "lastName": "Ito"}, {"collectiveName": "Bee Group"}], ["Mei Ito", "Bee Group"]),
    ([{"name": "Ito, Mei", "role": "editor"}, {"name": "Chi Okafor", "role": "author"}], ["Chi Okafor"]),
    ([{"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"}], ["L. van Beethoven"]),
    ([{"family": "鈴木", "given": "花子"}, {"given": "花子"}, {"family": "王"}], ["鈴木 花子", "花子", "王"]),
    ([["Ito", "Mei", "Jr"], ["Bee Group", "", ""]], ["Mei Ito Jr", "Bee Group"]),
    (["Ito, Mei", "Okafor C.B.", "Bee Group, Ltd"], ["Mei Ito", "C.B. Okafor", "Bee Group, Ltd"]),
    ([{"author": {"display_name": "Mei Ito"}, "author_position": "first"}], ["Mei Ito"]),
    ({"author": [{"fullName": "Ito M"}, {"text": "Chi Okafor 0002"}]}, ["M Ito", "Chi Okafor"]),
    ([None, 5, {}, [], ""], []),
    ("['Mei Ito', \"Pat O'Neil\"]", ["Mei Ito", "Pat O'Neil"]),
    ('[{"name": "Mei Ito"}, {"name": "Chi Okafor"}]', ["Mei Ito", "Chi Okafor"]),
    ("[{'name': 'Mei Ito'}, {'name': 'Chi Okafor'}]", ["Mei Ito", "Chi Okafor"]),
]  # fmt: skip
BIBTEX = [
    ("Ito, Mei and Okafor, Chi B.", ["Mei Ito", "Chi B. Okafor"]),
    ("Mei Ito\n  and\n Chi Okafor", ["Mei Ito", "Chi Okafor"]),
    ("van der Bo, Lea and de la Cruz, Jr., Ana", ["Lea van der Bo", "Ana de la Cruz Jr."]),
    ("{Bee and Wasp Group} and Ito, M.", ["{Bee and Wasp Group}", "M. Ito"]),
    ("Ito, M. AND Okafor, C. and others", ["M. Ito", "C. Okafor", "others"]),
    ("Ito, Mei and and Okafor, Chi", ["Mei Ito", "Chi Okafor"]),
    ("Ito, Mei and family=Bo, given=Lea, prefix=van der, useprefix=true", ["Mei Ito", "Lea van der Bo"]),
    ("family={Bo Ng}, given=L., suffix=Jr. and 鈴木, 花子", ["L. Bo Ng Jr.", "鈴木 花子"]),
    ("Ito M. and Okafor C.B.", ["M. Ito", "C.B. Okafor"]),
]  # fmt: skip


@pytest.mark.parametrize(("written", "right"), CELLS + LISTS)
def test_people(written, right):
    assert list(people(written)) == right


@pytest.mark.parametrize(("written", "right"), BIBTEX)
def test_people_in_bibtex(written, right):
    assert [name for name in names(written) if name] == right
