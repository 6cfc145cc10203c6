"""How fast unit 09's reference convolves and pools, against PyTorch and naive loops; prints JSON.

Forwards and backwards, in float32, both sides with two threads. They take turns: in each turn every
side runs a few times and its fastest run counts; what counts in the end is the median of the ratios
within a turn. PyTorch is left out where it is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.unit import load_unit

THREADS = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
TURNS, RUNS = 7, 5
LAYERS = {
    "64x1x32x32, 6 of 5x5": ((64, 1, 32, 32), (6, 1, 5, 5), 0),
    "64x6x14x14, 16 of 5x5": ((64, 6, 14, 14), (16, 6, 5, 5), 0),
    "32x16x32x32, 16 of 3x3 padded": ((32, 16, 32, 32), (16, 16, 3, 3), 1),
    "32x64x16x16, 64 of 3x3 padded": ((32, 64, 16, 16), (64, 64, 3, 3), 1),
}
"""By name: the shapes of x and w, and the padding; the stride is 1."""
POOLS = {
    "64x6x28x28, 2x2 stride 2": ((64, 6, 28, 28), 2, 2),
    "32x16x32x32, 2x2 stride 2": ((32, 16, 32, 32), 2, 2),
    "32x64x16x16, 3x3 stride 2": ((32, 64, 16, 16), 3, 2),
}
"""By name: the shape of x, the window's side and the stride."""
AGREE = {"rtol": 1e-3, "atol": 1e-2}
Work = Callable[[], Any]


def loops_backward(
    dout: np.ndarray, x: np.ndarray, w: np.ndarray, pad: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The way back through a convolution in six loops, for stride 1."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[:, 0, 0, 0])
    for n, f, r, c in np.ndindex(dout.shape):
        slope = dout[n, f, r, c]
        db[f] += slope
        for a, i, j in np.ndindex(w.shape[1:]):
            dw[f, a, i, j] += slope * x[n, a, r + i, c + j]
            dx[n, a, r + i, c + j] += slope * w[f, a, i, j]
    return dx[:, :, pad : x.shape[2] - pad, pad : x.shape[3] - pad], dw, db


def convolutions(notebook: Mapping[str, Any], name: str) -> tuple[dict[str, Work], float]:
    """What each side does for one layer, and how many times less the loops do."""
    shape, kernel, pad = LAYERS[name]
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=s).astype(np.float32) for s in (shape, kernel, kernel[0]))
    out, _ = notebook["conv_forward"](x, w, b, 1, pad)
    dout = rng.normal(size=out.shape).astype(np.float32)

    def ours() -> Any:
        return notebook["conv_backward"](dout, notebook["conv_forward"](x, w, b, 1, pad)[1])

    def loops() -> Any:  # one picture, one filter: what they take grows with the number of both
        notebook["conv_loops"](x[:1], w[:1], b[:1], 1, pad)
        return loops_backward(dout[:1, :1], x[:1], w[:1], pad)

    work: dict[str, Work] = {"ours": ours, "loops": loops}
    of_one = notebook["conv_backward"](dout[:1, :1], (x[:1], w[:1], b[:1], 1, pad))
    for came, wanted in zip(loops(), of_one, strict=True):
        np.testing.assert_allclose(came, wanted, **AGREE)
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(2)
        tensors = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
        slopes = torch.tensor(dout)

        def theirs() -> Any:
            for tensor in tensors:
                tensor.grad = None
            torch.nn.functional.conv2d(*tensors, padding=pad).backward(slopes)
            return [tensor.grad.numpy() for tensor in tensors]

        for came, wanted in zip(ours(), theirs(), strict=True):
            np.testing.assert_allclose(came, wanted, **AGREE)
        work["torch"] = theirs
    return work, shape[0] * kernel[0]


def poolings(notebook: Mapping[str, Any], name: str) -> tuple[dict[str, Work], float]:
    """What each side does for one max pooling layer."""
    shape, side, stride = POOLS[name]
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(np.float32)
    out, _ = notebook["max_pool_forward"](x, side, side, stride)
    dout = rng.normal(size=out.shape).astype(np.float32)

    def ours() -> Any:
        _, cache = notebook["max_pool_forward"](x, side, side, stride)
        return notebook["max_pool_backward"](dout, cache)

    work: dict[str, Work] = {"ours": ours}
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(2)
        tensor, slopes = torch.tensor(x, requires_grad=True), torch.tensor(dout)

        def theirs() -> Any:
            tensor.grad = None
            torch.nn.functional.max_pool2d(tensor, side, stride).backward(slopes)
            return tensor.grad.numpy()

        np.testing.assert_allclose(ours(), theirs(), **AGREE)
        work["torch"] = theirs
    return work, 1


def fastest(work: Work, runs: int = RUNS) -> float:
    """Milliseconds of the fastest of a few runs."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * min(times)


def measured(work: Mapping[str, Work], less: float) -> dict[str, float]:
    """Medians in milliseconds, and of the ratios within a turn."""
    turns = []
    for _ in range(TURNS):
        turn = {name: fastest(one, 1 if name == "loops" else RUNS) for name, one in work.items()}
        if "loops" in turn:
            turn["loops"] *= less
        turns.append(turn)
    found = {f"{name}_ms": round(statistics.median(t[name] for t in turns), 2) for name in work}
    if "torch" in work:
        found["times_torch"] = round(statistics.median(t["ours"] / t["torch"] for t in turns), 2)
    if "loops" in work:
        found["loops_over_ours"] = round(statistics.median(t["loops"] / t["ours"] for t in turns))
    return found


def geometric_mean(found: Mapping[str, Mapping[str, float]], ratio: str) -> dict[str, float]:
    """The mean of a ratio over all layers, if it was measured."""
    ratios = [one[ratio] for one in found.values() if ratio in one]
    return {f"{ratio}_mean": round(statistics.geometric_mean(ratios), 2)} if ratios else {}


def main() -> None:
    """Measure, and print."""
    if any(os.environ.get(name) != value for name, value in THREADS.items()):
        # Libraries read these when they are loaded.
        os.execve(sys.executable, [sys.executable, "-m", __spec__.name], os.environ | THREADS)
    notebook = load_unit("09").namespace()
    layers = {name: measured(*convolutions(notebook, name)) for name in LAYERS}
    pools = {name: measured(*poolings(notebook, name)) for name in POOLS}
    result = {
        "threads": 2,
        "convolution": layers | geometric_mean(layers, "times_torch"),
        "max_pooling": pools | geometric_mean(pools, "times_torch"),
    }
    print(json.dumps({"convolution": result}))


if __name__ == "__main__":
    main()
