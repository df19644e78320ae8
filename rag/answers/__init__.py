"""A question -> the papers read for it, an answer, or the word that there is none.

Begin with `rag.answers.chain`: `stream` is the whole way. Whether to answer is decided in
`rag.answers.abstention`.
"""
