"""Benchmarks, each beside the plain way in the same run; ratios are what counts, machines are noisy."""
