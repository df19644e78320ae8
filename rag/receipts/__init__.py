"""A sentence and the papers that it cites -> a verdict and the words that bear it out.

Every offset into an abstract comes from here. Begin with `rag.receipts.support`.
"""
