"""Numbers and units: which say the same, which do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.quantities import as_stated, quantities, unstated


@pytest.mark.parametrize(
    ("claim", "stated"),
    [
        ("300 K", "300K"), ("300K", "300,000"), ("300 K", "300,000"), ("300,000", "300 thousand"),
        ("300 kelvin", "300 K"), ("0.3 million", "300,000"), ("1.5M", "1.5 million"),
        ("1\u2009200 cases", "1,200 cases"), ("a hundred words", "100 words"),
        ("0.5 s", "500 ms"), ("500 ms", "half of it took 0.5 seconds"), ("14 days", "two weeks"),
        ("two weeks", "14 days"), ("one year", "12 months"), ("24 months", "two years"),
        ("36 hours", "1.5 days"), ("a 90-minute run", "1.5 h"), ("2 kg", "2,000 g"),
        ("1.5 mm", "1500 µm"), ("2 GHz", "2000 MHz"), ("0.5 seconds", "478 ms"),
        ("3e-4", "0.0003"), ("0.0003", "3×10⁻⁴"), ("3 x 10^-4", "3e-4"), ("3·10−4", "3E-04"),
        ("$3\\times10^{-4}$", "3e-4"),
        ("10⁻⁴", "0.0001"), ("1e6 steps", "one million steps"), ("p < .05", "p < 0.05"),
        ("45% accuracy", "an accuracy of 0.45"), ("a recall of 0.453", "45.3% recall"),
        ("76 percent", "76.3%"), ("two thirds of them", "66.7%"), ("two-thirds", "67%"),
        ("a third of all", "33%"), ("half of them", "50%"), ("three quarters", "75%"),
        ("−0.42", "-0.42"), ("r = -0.42", "r=−0.42"), ("it fell by 5%", "a change of −5%"),
        ("59,000 papers", "58,929 papers"), ("twice", "2-fold"), ("37.6x", "37.6 times"),
        ("there are three kinds", "nothing"), ("two main types", "nothing"), ("one of us", "no"),
        ("one in five adults", "20% of adults"), ("90% of them", "nine out of ten"),
        ("halved", "reduced by 50%"), ("half a million", "500,000"), ("12 000", "12,000"),
        ("half an hour", "30 minutes"), ("one and a half hours", "90 minutes"),
        ("one hundred and five", "105"), ("0.9 accuracy", "90%"), ("half an abstract", "no"),
        ("about a hundred words", "102 words"), ("nearly 42 of them", "40 of them"),
        ("over a million", "1.1 million"), ("roughly two thirds", "70% of all"),
        ("12 persons", "12"), ("11 302 deaths", "11,302"),
        ("5 points", "a gain of 5"), ("5 percentage points", "5 points"),
        ("twenty-five", "25"), ("two dozen", "24"), ("7B", "7 B"),
        ("7 B parameters", "7 billion"),
    ],
)  # fmt: skip
def test_the_same_number(claim, stated):
    assert unstated(quantities(claim), quantities(stated)) == []


@pytest.mark.parametrize(
    ("claim", "stated"),
    [
        ("0.5 s", "500 s"), ("5 ms", "5 s"), ("14 days", "14 weeks"), ("2 kg", "2 g"),
        ("3e-4", "3e-3"), ("3×10⁻⁴", "3×10⁴"), ("10^-4", "10^4"), ("300 K", "300"),
        ("0.42", "−0.42"), ("-0.42", "0.42"), ("−5 points", "5 points"),
        ("45% of patients", "p = 0.45"), ("45% of patients", "a weight of 0.45"),
        ("45% of patients", "0.45 s"), ("45%", "a learning rate of 0.45"), ("45%", "45 patients"),
        ("two thirds of them", "75%"), ("a third of all", "3 of them"), ("half of them", "60%"),
        ("one in five adults", "25% of adults"), ("nine out of ten", "80%"), ("9 of 10", "8 of 9"),
        ("68%", "2 of 3"), ("halved", "30%"),
        ("half a million", "half a billion"), ("12 000", "12"), ("half an hour", "20 minutes"),
        ("8 cases", "9 cases"), ("48 species", "52 species"), ("3.2x", "4.2x"), ("1.5M", "1.5B"),
        ("about 40", "50"), ("5%", "5 points"), ("5 points", "5%"), ("302", "11 302"),
        ("over 90 ms", "75 ms"),
        ("six parks", "two parks"), ("200 ms", "200"), ("7.1", "7.2"), ("300 °C", "300 K"),
    ],
)  # fmt: skip
def test_another_number(claim, stated):
    assert unstated(quantities(claim), quantities(stated)) != []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("GPT-2, CD28, OCT3/4, 5-HT, 4-1BB and v1.2", []),
        ("from 5 to 8%, 2, 3 and 4 h", [(5, "%"), (8, "%"), (2, "h"), (3, "h"), (4, "h")]),
        ("in the 1990s, 3-5 days", [(1990, ""), (3, "d"), (5, "d")]),
        ("(−0.5) and 3–5", [(-0.5, ""), (3, ""), (5, "")]),
        ("", []),
    ],
)
def test_what_is_read(text, values):
    assert [(q.value, q.unit) for q in quantities(text)] == values


@given(
    st.text(alphabet=st.sampled_from("0123456789.,-−e×^⁻⁴ %Kmsxhalf oftwhird\u2009"), max_size=60)
)
def test_any_text_is_read_and_states_its_own_numbers(text):
    found = quantities(text)
    assert unstated(found, found) == []
    for each in found:
        assert 0 <= each.start < each.end <= len(text)


@pytest.mark.parametrize(
    ("claim", "stated", "missing"),
    [
        ("7" * 400, "7" * 400, []),
        (f"1.{'0' * 400}", "1.01", [1.0]),
        (f"9{'0' * 307} trillion K", "9e9 K", []),
        (f"9{'0' * 99}", f"8{'0' * 99}", [9e99]),
    ],
)
def test_a_number_beyond_all_bounds_is_none(claim, stated, missing):
    found = unstated(*(quantities(f"We saw {text} of them.") for text in (claim, stated)))
    assert [each.value for each in found] == missing


@pytest.mark.parametrize(
    ("claim", "passages", "read"),
    [
        ("It weighs 2000 g.", ["It is 2 kg."], "It weighs 2 kg."),
        ("It weighs 3000 g.", ["It is 2 kg."], "It weighs 3000 g."),
        ("It took two weeks and 500 ms.", ["14 days", "0.5 s"], "It took 14 days and 0.5 s."),
        ("It took 14 days.", ["14 days", "two weeks"], "It took 14 days."),
        ("It was 0.42 and -0.42.", ["It was −0.42."], "It was 0.42 and -0.42."),
        ("About 300K of 12 sets.", ["300,000 sentences"], "About 300,000 of 12 sets."),
        ("Nothing.", ["12"], "Nothing."),
    ],
)
def test_numbers_are_read_as_a_passage_writes_them(claim, passages, read):
    assert as_stated(claim, quantities(claim), passages) == read
