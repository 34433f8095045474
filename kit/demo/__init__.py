"""Synthetic bank: invented customers with known truths, in the files a Chinese bank would send."""

from kit.demo.bank import write_bank

__all__ = ["write_bank"]
