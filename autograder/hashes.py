"""Fingerprints of content."""

from __future__ import annotations

import hashlib


def hash_of(*parts: bytes) -> str:
    """One hash of several pieces; where one ends and the next begins counts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
