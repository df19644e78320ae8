"""Many questions from a file, asked side by side, each row kept as soon as it is there.

Begin with `rag.batches.run`; what a kill leaves is in `rag.batches.journal`.
"""
