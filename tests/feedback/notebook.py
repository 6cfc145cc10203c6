"""A notebook as a learner hands it in and grading leaves it, to look at and to attack."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image, ImageDraw


def code(
    source: str, outputs: list[dict[str, Any]] | None = None, **grading: Any
) -> dict[str, Any]:
    """A code cell, with nbgrader's metadata if any is given."""
    return _cell("code", source, grading) | {"outputs": outputs or [], "execution_count": None}


def markdown(source: str, **grading: Any) -> dict[str, Any]:
    """A markdown cell, with nbgrader's metadata if any is given."""
    return _cell("markdown", source, grading)


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """A notebook of these cells."""
    numbered = [cell | {"id": f"c{number}"} for number, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def picture(width: int = 480, height: int = 200) -> str:
    """A drawing as base64 of a PNG."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    curve = [(x, height - 20 - (x - width / 2) ** 2 / width) for x in range(20, width - 20)]
    draw.line([(20, 10), (20, height - 20), (width - 20, height - 20)], "black")
    draw.line(curve, "#0072B2", 3)
    written = io.BytesIO()
    image.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def graded_notebook() -> dict[str, Any]:
    """Parts of a solved unit 01, with outputs of every kind a learner's cells give."""
    return notebook(
        markdown(
            "# Gradient descent\n\nA ball in a valley rolls to where the ground is flat. We let a "
            "point $v$ do the same:\n\n$$v_{t+1} = v_t - \\eta \\, \\nabla f(v_t)$$\n\n"
            "For a quadratic it converges while $0 < \\eta < \\dfrac{2}{\\lambda_{\\max}}$."
        ),
        code("import numpy as np\nimport matplotlib.pyplot as plt"),
        markdown(
            "## A slope from two points\n\nThe central difference is\n\n"
            "$$\\frac{\\partial f}{\\partial v} \\approx \\frac{f(v+h) - f(v-h)}{2h}.$$\n\n"
            "| h | error |\n|---:|---:|\n| 0.1 | 1e-2 |\n| 0.01 | 1e-4 |\n"
        ),
        code(
            'def derivative(f, v, h=1e-5):\n    """Return the slope of f at v."""\n'
            "    # I use the point and its neighbour\n    return (f(v + h) - f(v)) / h",
            grade_id="derivative-solution", solution=True, grade=False,
        ),
        code(
            "check(derivative, cube, 2.0, expected=12.0)",
            grade_id="derivative", grade=True, points=3,
        ),
        code(
            "for h in (0.1, 0.01):\n    print(h, derivative(np.sin, 0.0, h))",
            [{"output_type": "stream", "name": "stdout", "text": "0.1 0.998334\n0.01 0.999983\n"}],
        ),
        code(
            "plt.plot(v, f(v))",
            [
                {
                    "output_type": "display_data", "metadata": {},
                    "data": {"image/png": picture(), "text/plain": "<Figure size 480x200>"},
                },
                {
                    "output_type": "stream", "name": "stderr",
                    "text": "RuntimeWarning: overflow encountered in multiply\n",
                },
            ],
        ),
        code(
            'def gradient_descent(grad, v0, lr, tolerance, max_steps):\n'
            '    """Return the path (T + 1, ...) from v0."""\n    path = [v0]\n'
            "    for _ in range(max_steps):\n        slope = grad(path[-1])\n"
            "        path.append(path[-1] - lr * slope)\n"
            "        if np.linalg.norm(slope) < tolerance:\n            break\n"
            "    return np.array(path)",
            grade_id="gradient_descent-solution", solution=True, grade=False,
        ),
        code("check(gradient_descent, ...)", grade_id="gradient_descent", grade=True, points=5),
        code(
            "gradient_descent(bowl, [1.0], 0.1)",
            [
                {
                    "output_type": "error", "ename": "TypeError",
                    "evalue": "missing 2 required positional arguments",
                    "traceback": [
                        "\x1b[0;31m-----------------------------------\x1b[0m",
                        "\x1b[0;31mTypeError\x1b[0m: missing 2 required positional arguments",
                    ],
                }
            ],
        ),
        markdown(
            "## Why does it diverge?\n\nWhen $\\eta > 2/\\lambda$ each step **overshoots**: with "
            "$f(v) = \\tfrac{\\lambda}{2} v^2$,\n\n\\begin{align} v_{t+1} &= v_t - \\eta \\lambda "
            "v_t \\\\ &= (1 - \\eta\\lambda)\\, v_t \\end{align}\n\nso $|v|$ grows once "
            "$|1 - \\eta\\lambda| > 1$.",
            grade_id="why_it_diverges", grade=True, solution=True, points=2,
        ),
    )  # fmt: skip


def _cell(kind: str, source: str, grading: dict[str, Any]) -> dict[str, Any]:
    metadata = {"nbgrader": grading} if grading else {}
    return {"cell_type": kind, "source": source, "metadata": metadata}
