"""Ask a pile of paper abstracts; every sentence of the answer has a receipt."""
