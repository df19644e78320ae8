"""The sample library, its evaluation questions, and the check that holds both together."""
