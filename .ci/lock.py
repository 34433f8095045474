"""Write environment.yml with the pins of requirements.lock. `make lock` runs it after the lock is made anew."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9_.-]+==[^ \\;]+)(?: *; *([^\\]+?))? *\\?$")


def pins(lock: str) -> list[str]:
    found = (PIN.match(line) for line in lock.splitlines())
    return [f"{m[1]} ; {m[2]}" if m[2] else m[1] for m in found if m]


def environment(lock: str) -> str:
    listed = "\n".join(f'      - "{pin}"' if ";" in pin else f"      - {pin}" for pin in pins(lock))
    return f"""# Made by `make lock` from requirements.lock; a test holds the two together.
#   conda env create -f environment.yml && conda activate branch-kit && pip install --no-deps --no-build-isolation -e .
name: branch-kit
channels:
  - conda-forge
dependencies:
  - python >=3.11
  - pip
  - pip:
{listed}
"""


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment((ROOT / "requirements.lock").read_text()))
