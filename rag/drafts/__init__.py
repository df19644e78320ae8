"""A draft of one's own, or claims with abstracts, in; each cited sentence with its verdict, out.

Begin with `checking`: `decoding` makes text of bytes, `markdown` and `latex` read a draft into
blocks, `references` finds its reference list, `citing` the citations of a sentence;
`reports` prints the outcome. `pairs` judges claims that bring their abstract along.
"""
