"""Running an engagement: prepared once, then every branch by itself, in parallel, with a ledger of what is done.

Nothing is imported here: papermill loads `kit.run.engine` as its plugin, and must not load the rest with it.
"""
