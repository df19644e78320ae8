"""Text -> what is read in it: sentences, tokens, index terms, words, numbers, names, denials.

Nothing here knows of papers. Begin with `rag.text.sentences` and `rag.text.words`.
"""
