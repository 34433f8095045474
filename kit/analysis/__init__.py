"""Analyses: pure functions from the customers' frame and `Params` to a frozen result. Nothing here draws or speaks."""
