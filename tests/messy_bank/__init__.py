"""The demo's bank as no bank would send all of it at once: every form, encoding and layout, with what was planted."""

from messy_bank.bank import write_bank
from messy_bank.delivery import FileTruth
from messy_bank.extracts import PASSWORD
from messy_bank.truth import Truth

__all__ = ["PASSWORD", "FileTruth", "Truth", "write_bank"]
