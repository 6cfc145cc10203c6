"""Write the two small data sets that the course ships, from scikit-learn's copies.

Run once, in an environment with scikit-learn (which the course itself does not need):

    python assets/make_data.py

and commit what it writes to course/nand2resnet/data. It prints the SHA-256 sums that
course/nand2resnet/data/README.md lists.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import sklearn
from sklearn.datasets import load_diabetes, load_digits

FOLDER = Path(__file__).parents[1] / "course" / "nand2resnet" / "data"

READABLE_NAMES = {
    "age": "age",
    "sex": "sex",
    "bmi": "body mass index",
    "bp": "blood pressure",
    "s1": "total cholesterol",
    "s2": "LDL",
    "s3": "HDL",
    "s4": "cholesterol / HDL",
    "s5": "log triglycerides",
    "s6": "blood sugar",
}


def main() -> None:
    """Write both files and print their sums."""
    print(f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}")
    digits = load_digits()
    write("digits", images=digits.images.astype(np.uint8), labels=digits.target.astype(np.uint8))
    diabetes = load_diabetes(scaled=False)
    names = np.array([READABLE_NAMES[name] for name in diabetes.feature_names])
    write("diabetes", features=diabetes.data, target=diabetes.target, names=names)


def write(name: str, **arrays: np.ndarray) -> None:
    """Write the arrays as ``name.npz`` and print the file's SHA-256 sum."""
    path = FOLDER / f"{name}.npz"
    np.savez_compressed(path, **arrays)
    content = path.read_bytes()
    print(f"{path.name}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
