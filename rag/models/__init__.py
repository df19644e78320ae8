"""Everything that a model computes: replies of language models, vectors of embedders, weights.

In: settings, messages, texts. Out: text as it comes, rows of vectors. Begin with
`rag.models.replies` (language models) and `rag.models.embedders`.
"""
