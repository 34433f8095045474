"""Time and memory of one action in a process of its own, children included."""

import json
import subprocess
import sys
import threading
import time

import psutil

_RUN = "import sys, json, time, importlib; module, name, *args = sys.argv[1:]; began = time.perf_counter(); \
getattr(importlib.import_module(module), name)(*args); print(json.dumps(time.perf_counter() - began))"


def apart(module: str, function: str, *args: object) -> tuple[float, float]:
    """Seconds and peak megabytes (sum over the process and its children, sampled) of ``module.function(*args)``."""
    command = [sys.executable, "-c", _RUN, module, function, *map(str, args)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(psutil.Process(child.pid), peak), daemon=True)
        watch.start()
        out, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"{function} failed")
    return float(json.loads(out.splitlines()[-1])), peak[0] / 1e6


def _watch(process: psutil.Process, peak: list[float]) -> None:
    while process.is_running():
        try:
            every = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(one.memory_info().rss for one in every))
        except psutil.Error:
            return
        time.sleep(0.02)
