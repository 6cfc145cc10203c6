"""Download one published file, whatever the network does.

A download that breaks off goes on where it stopped, also in another process and from another
address, for the checksum at the end tells whether the pieces belong together. An address that is
slow is left for the next one, one that sends something else is not asked again.
"""

from __future__ import annotations

import functools
import http.client
import random
import socket
import ssl
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tqdm import tqdm

from nand2resnet.data.published import Remote

CHUNK = 2**16
BAR_AFTER, BAR_WIDTH = 0.3, 72
"""Seconds after which a bar shows progress, and characters that it takes."""
PARTIAL = ".part"
"""Ends the name of a file that is not complete yet."""
WAIT_AND_ASK_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""Answers below 500 after which the same request may succeed."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what; in seconds, and bytes a second.

    Attributes
    ----------
    answer : float
        Until an address must send its next bytes.
    pauses : tuple of float
        Between rounds over all addresses in which hardly anything came; then it is given up.
    longest_pause : float
        Of those that a server may ask for.
    window : float
        Over which speed is measured.
    slow : float
        Below this speed another address is tried, if there is one that is not slow too.
    stalled : float
        Below this speed an address counts as silent.
    """

    answer: float = 15.0
    pauses: tuple[float, ...] = (1.0, 3.0, 9.0)
    longest_pause: float = 30.0
    window: float = 8.0
    slow: float = 200_000.0
    stalled: float = 500.0


class NotDownloaded(Exception):
    """A file could not be had; the text says why, in a sentence or two for a learner."""


class _Setback(Exception):
    """Why an address did not deliver; ``wait`` is the pause that it asked for."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class _Unreachable(_Setback):
    """There is no way to it at present."""


class _Interrupted(_Setback):
    """It may deliver the rest, or all, when it is asked again."""


class _Refused(_Setback):
    """Asking it again is no use."""


@dataclass
class _Download:
    """What is known about one file's download while it goes on."""

    remote: Remote
    partial: Path
    patience: Patience
    bar: Any
    live: list[str]
    slow: set[str] = field(default_factory=set)
    senders: set[str] = field(default_factory=set)
    """Who sent what the partial file holds."""
    reasons: dict[str, str] = field(default_factory=dict)
    """The last setback of every address, in words."""
    mixing: bool = True
    """Whether one address may go on where another one stopped."""

    def size(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def begin_again(self) -> None:
        self.partial.unlink(missing_ok=True)
        self.senders.clear()


def download(remote: Remote, target: Path, patience: Patience | None = None) -> None:
    """Download a file, or what is still missing of it.

    Parameters
    ----------
    remote : Remote
        What to download, and from where.
    target : Path
        Where to put it once it is complete and its checksum is right. Until then the bytes are
        beside it, in a file whose name ends with .part.
    patience : Patience, optional
        How long to wait for what.

    Raises
    ------
    NotDownloaded
        When no address delivered the file.
    OSError
        When it could not be written: no room, no permission.
    """
    patience = patience or Patience()
    partial = target.with_name(target.name + PARTIAL)
    with tqdm(
        total=remote.size,
        desc=remote.name,
        unit="B",
        unit_scale=True,
        delay=BAR_AFTER,
        ncols=BAR_WIDTH,
        file=sys.stdout,
    ) as bar:
        state = _Download(remote, partial, patience, bar, list(remote.addresses))
        if state.size():
            state.senders.add("an earlier download")
        _receive(state)
    partial.replace(target)


def _receive(state: _Download) -> None:
    """Go round the addresses until the partial file is complete and right."""
    pauses = iter(state.patience.pauses)
    most = state.size()
    while True:
        setbacks = []
        # Those that were slow come last.
        for address in sorted(state.live, key=state.slow.__contains__):
            try:
                _receive_from(address, state)
                return
            except _Setback as setback:
                setbacks.append(setback)
                state.reasons[address] = str(setback)
                if isinstance(setback, _Refused):
                    state.live.remove(address)
        if not any(isinstance(setback, _Interrupted) for setback in setbacks):
            raise NotDownloaded(_in_words(state))
        if state.size() >= most + state.remote.size // 100:
            most = state.size()
            pauses = iter(state.patience.pauses)
        pause = next(pauses, None)
        if pause is None:
            raise NotDownloaded(_in_words(state))
        asked = max(setback.wait for setback in setbacks)
        # Not all learners of a class ask again at the same moment.
        time.sleep(max(pause * random.uniform(0.5, 1.5), min(asked, state.patience.longest_pause)))


def _receive_from(address: str, state: _Download) -> None:
    """Receive what is missing from one address, and check the whole."""
    if state.size() > state.remote.size or not (state.mixing or state.senders <= {address}):
        state.begin_again()
    if state.size() < state.remote.size:
        try:
            with _ask(address, state.size(), state.patience) as answer:
                start = _where_it_begins(answer, state.remote, state.size())
                if start < state.size():
                    state.begin_again()
                state.senders.add(address)
                _write(answer, start, address, state)
        except urllib.error.HTTPError as error:
            error.close()
            raise _said_no(error, state) from error
    if state.size() < state.remote.size:
        raise _Interrupted(f"the connection ended after {state.size():,} bytes")
    if not state.remote.is_in(state.partial):
        alone = state.senders == {address}
        state.begin_again()
        if alone:
            raise _Refused("it sent another file than the published one (wrong checksum)")
        state.mixing = False
        raise _Interrupted("the pieces of several downloads do not fit together (wrong checksum)")


def _ask(address: str, offset: int, patience: Patience) -> http.client.HTTPResponse:
    """Ask for a file from a byte on."""
    headers = {"User-Agent": "nand2resnet", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    request = urllib.request.Request(address, headers=headers)
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(
            request, timeout=patience.answer, context=_trust()
        )
    except urllib.error.HTTPError:
        raise
    except urllib.error.URLError as error:
        raise _not_reached(error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(_broken_off(error)) from error
    return answer


def _not_reached(reason: object) -> _Setback:
    match reason:
        case ssl.SSLCertVerificationError():
            return _Refused(
                f"its certificate is not trusted ({reason.verify_message}): perhaps this network "
                "reads along, or this computer's clock is wrong"
            )
        case ConnectionResetError():
            return _Interrupted(_broken_off(reason))
        case socket.gaierror():
            return _Unreachable("this computer seems to be offline")
        case _:
            return _Unreachable(f"there is no connection to it ({reason})")


@functools.cache
def _trust() -> ssl.SSLContext:
    """Certificates of this computer and, as some installations of Python have none, certifi's."""
    import certifi  # only here: it is needed for a download alone

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _where_it_begins(answer: http.client.HTTPResponse, remote: Remote, offset: int) -> int:
    """At which byte of the file the answer begins: ``offset`` or 0."""
    if answer.headers.get_content_type() == "text/html":
        raise _Refused(
            "it sent a web page instead: perhaps this network wants you to log in, so open any "
            "page in a browser first"
        )
    start, size = 0, answer.headers.get("Content-Length")
    if answer.status == HTTPStatus.PARTIAL_CONTENT:
        span, _, size = (answer.headers.get("Content-Range") or "").partition("/")
        if not span.startswith(f"bytes {offset}-"):
            raise _Refused(f"it was asked for what follows byte {offset}, and sent {span or '?'}")
        start = offset
    if size is not None and size.isdecimal() and int(size) != remote.size:
        raise _Refused(f"its file has {int(size):,} bytes, not {remote.size:,}")
    return start


def _write(answer: http.client.HTTPResponse, start: int, address: str, state: _Download) -> None:
    """Append what comes to the partial file; leave an address that is too slow."""
    speed = _Speed(state.patience, others=bool(set(state.live) - state.slow - {address}))
    position = start
    # Unbuffered: what has come is in the file, whatever happens next.
    with state.partial.open("ab", buffering=0) as file:
        while chunk := _next_bytes(answer):
            position += len(chunk)
            if position > state.remote.size:
                raise _Refused(f"it sent more than {state.remote.size:,} bytes")
            file.write(chunk)
            state.bar.update(position - state.bar.n)
            try:
                speed.count(len(chunk))
            except _Interrupted:
                state.slow.add(address)
                raise


def _next_bytes(answer: http.client.HTTPResponse) -> bytes:
    try:
        return answer.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(_broken_off(error)) from error


@dataclass
class _Speed:
    """Tells when an address is not worth waiting for."""

    patience: Patience
    others: bool
    """Whether there are addresses that may be faster."""
    began: float = field(default_factory=time.monotonic)
    received: int = 0

    def count(self, received: int) -> None:
        self.received += received
        seconds = time.monotonic() - self.began
        if seconds < self.patience.window:
            return
        speed = self.received / seconds
        if speed < (self.patience.slow if self.others else self.patience.stalled):
            raise _Interrupted(f"it sent only {speed / 1000:,.1f} kB a second")
        self.began, self.received = time.monotonic(), 0


def _said_no(error: urllib.error.HTTPError, state: _Download) -> _Setback:
    said = f"it answered {error.code} {error.reason}"
    if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        state.begin_again()
        return _Interrupted(said)
    if error.code == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return _Refused(f"{said}: the proxy of this network wants a name and a password")
    if error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in WAIT_AND_ASK_AGAIN:
        wait = error.headers.get("Retry-After", "")
        return _Interrupted(said, float(wait) if wait.isdecimal() else 0.0)
    return _Refused(said)


def _broken_off(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it fell silent"
    return f"the connection broke off ({error or type(error).__name__})"


def _in_words(state: _Download) -> str:
    """What every address said, briefly where they all said the same."""
    name = state.remote.name
    hosts = [urllib.parse.urlsplit(address).netloc for address in state.reasons]
    reasons = list(state.reasons.values())
    if len(set(reasons)) == 1:
        return f"{name} could not be downloaded from {' or '.join(hosts)}: {reasons[0]}."
    each = "; ".join(f"{host}: {reason}" for host, reason in zip(hosts, reasons, strict=True))
    return f"{name} could not be downloaded. {each}."
