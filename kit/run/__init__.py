"""Notebooks run one by one: the papermill engine, and the safe way to call it."""
