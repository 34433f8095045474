"""Benchmarks, each beside the plain way in the same run; ratios are what counts, machines are noisy."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, as each worker of a run has
