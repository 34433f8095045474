"""The kit's side of the process that parses workbooks: started at the first need, watched, restarted after a death."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa

_POLL_SECONDS = 0.02
_child: subprocess.Popen[bytes] | None = None


class ParserDied(Exception):
    """The parser ended without an answer; the text is why: ``crash``, or too much ``memory`` or ``time``."""


def _process() -> subprocess.Popen[bytes]:
    global _child  # noqa: PLW0603 - one parser a process
    if _child is None or _child.poll() is not None:
        script = str(Path(__file__).with_name("child.py"))
        # What it says on its own account may quote the file.
        _child = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-P", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    return _child


def stop() -> None:
    """End the parser, if there is one."""
    global _child  # noqa: PLW0603
    if _child is not None:
        _child.kill()
        _child.wait()
        for stream in (_child.stdin, _child.stdout):
            if stream:
                stream.close()
        _child = None


atexit.register(stop)


@contextmanager
def _watched(memory: int, seconds: float) -> Iterator[tuple[Any, list[str]]]:
    """The parser while it works: killed above ``memory`` bytes, or after ``seconds``."""
    child, killed, done = _process(), [], threading.Event()

    def watch() -> None:
        process, deadline = psutil.Process(child.pid), time.monotonic() + seconds
        while not done.wait(_POLL_SECONDS):
            try:
                large = process.memory_info().rss > memory
            except psutil.Error:
                return
            if large or time.monotonic() > deadline:
                killed.append("memory" if large else "time")
                child.kill()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield child, killed
    finally:
        done.set()
        watcher.join()


def ask(request: dict[str, Any], content: bytes | None, *, memory: int, seconds: float) -> dict[str, Any]:
    """Answer of the parser to a request.

    Raises
    ------
    ParserDied
        If it ended or was ended instead.
    """
    with _watched(memory, seconds) as (child, killed):
        try:
            child.stdin.write(json.dumps(request | ({"bytes": len(content)} if content else {})).encode() + b"\n")
            if content:
                child.stdin.write(content)
            child.stdin.flush()
            line = child.stdout.readline()
        except OSError:
            line = b""
    if not line:
        stop()
        raise ParserDied(killed[0] if killed else "crash")
    answer: dict[str, Any] = json.loads(line)
    return answer


def rows(request: dict[str, Any], *, memory: int, seconds: float) -> Iterator[Any]:
    """Record batches of a table that the parser holds; none at all if it no longer does (``KeyError``)."""
    answer = ask(request, None, memory=memory, seconds=seconds)
    if "rows" not in answer:
        raise KeyError(request["name"]) if answer.get("gone") else ParserDied("crash")
    finished = False
    try:
        with _watched(memory, seconds) as (child, killed):
            try:
                stream = pa.ipc.open_stream(child.stdout)
                yield from stream
                finished = True
            except (OSError, pa.ArrowInvalid):
                raise ParserDied(killed[0] if killed else "crash") from None
    finally:
        if not finished:
            stop()  # the rest of the stream lies in the pipe
