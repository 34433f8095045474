"""Running an engagement: prepared once, then every branch by itself, in parallel, with a ledger of what is done."""

from kit.run.branch import Outcome
from kit.run.executor import RunResult, run
from kit.run.ledger import Ledger
from kit.run.manifest import verify

__all__ = ["Ledger", "Outcome", "RunResult", "run", "verify"]
