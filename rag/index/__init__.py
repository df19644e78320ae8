"""The library on disk: papers in, papers found out, whole again after a kill.

Chroma is the one source of truth; words and vectors' file are derived from it. Begin with
`rag.index.index`; what survives a kill stands in its docstring and in `rag.index.chroma_files`.
"""
