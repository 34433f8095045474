"""Synthetic bank: invented customers with known truths, in the files a Chinese bank would send."""

from kit.demo.bank import write_bank
from kit.demo.delivery import FileTruth
from kit.demo.truth import Truth

__all__ = ["FileTruth", "Truth", "write_bank"]
