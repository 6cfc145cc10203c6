"""Search for a frame that the grader cannot take, guided by the code it reaches.

What comes out of a sandbox goes through the very functions that grading uses: it is cut into
frames, unpacked, taken as a report and compared with answers of several kinds. A finding is any
error but MalformedFrame, ten seconds for one input, or memory that runs out (the fuzzer's own
bookkeeping grows by 1.4 KB a run, which the limit allows for).

    pip install atheris
    nice -n 19 python tests/benchmarks/fuzz_frames.py CORPUS_FOLDER -max_total_time=3600

The corpus folder keeps what was found interesting, for the next run. libFuzzer prints the figures
(runs, coverage, runs a second) as it goes and, with -print_final_stats=1, at the end.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
import sys
from pathlib import Path
from typing import Final

import atheris

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / place) for place in ("course", ".")]

with atheris.instrument_imports(include=["autograder", "nand2resnet"]):
    import numpy as np

    from autograder.job import Execution, Job, JobCell, PackedCase, PackedExercise
    from autograder.receiving import Receiver
    from autograder.runner.frames import FrameReader, MalformedFrame, pack
    from nand2resnet.explain import explain

LONGEST_INPUT: Final = 1 << 16
ANSWERS: Final = (
    2.5,
    7,
    "text",
    None,
    (1.0, np.arange(3.0)),
    [1, 2, 3],
    {"a": np.eye(2), 3: "b"},
    np.linspace(-1, 1, 12).reshape(3, 4),
    np.array([True, False]),
    np.array([1, 2], np.int8),
    np.float32(0.1),
    1 + 2j,
)
PACKED: Final = PackedExercise(("f",), "", {}, tuple(PackedCase(None, b"") for _ in range(3)))
JOB: Final = Job((JobCell(0, ""), JobCell(1, "", "f")), {"f": PACKED}, "")


def seeds() -> list[bytes]:
    """Reports as an honest runner sends them."""
    observation = {"kind": "observation", "exercise": "f", "step": 1, "key": "k", "after": {"v": 1}}
    error = {"type": "ValueError", "ancestors": ["Exception"], "message": "m", "line": "x = 1"}
    text = {"output_type": "stream", "name": "stdout", "text": "hello"}
    shown = {"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}}
    reports = [{"kind": "ready"}, {"kind": "cell", "index": 0}, {"kind": "done"}]
    reports += [{"kind": "outputs", "index": 0, "outputs": [text, shown]}]
    reports += [observation | {"value": answer, "error": None} for answer in ANSWERS]
    reports += [observation | {"value": None, "error": error}]
    frames = [pack(report) for report in reports]
    return [*frames, b"".join(frames)]


def take(data: bytes) -> None:
    """Do with the bytes what grading does with those of a submission."""
    execution = Execution()
    receiver = Receiver(JOB, execution)
    reader = FrameReader()
    with contextlib.suppress(MalformedFrame):
        for message in reader.feed(data):
            receiver.take(message)
    for observed in execution.observed.values():
        for came in observed.cases.values():
            for answer in ANSWERS:
                explain(came.value, answer)


def one_input(data: bytes) -> None:
    """Take the bytes as they are, or put right lengths before a header and a payload."""
    if not data:
        return
    body = data[1:]
    if data[0] % 2:
        take(body)
        return
    header, _, payload = body.partition(b"\0")
    take(struct.pack(">IQ", len(header), len(payload)) + header + payload)


def main() -> None:
    """Fill an empty corpus with honest reports, and search."""
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
    for folder in folders[:1]:
        folder.mkdir(parents=True, exist_ok=True)
        for frame in seeds():
            header = struct.unpack_from(">I", frame)[0]
            apart = b"\0" + frame[12 : 12 + header] + b"\0" + frame[12 + header :]
            for seed in (b"\1" + frame, apart):
                (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    limits = [f"-max_len={LONGEST_INPUT}", "-timeout=10", "-rss_limit_mb=8192"]
    atheris.Setup([sys.argv[0], *limits, *sys.argv[1:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
