"""branch-kit: how a branch's customers are divided, and how they are to be managed."""

__version__ = "0.1.0"
