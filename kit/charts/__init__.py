"""Charts: a result of `kit.analysis` becomes a figure. Nothing here computes, saves or shows."""
