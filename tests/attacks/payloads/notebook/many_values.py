"""Holds seven million empty lists where nobody looks: 20 MB on disk, half a gigabyte in memory.

Success: the grader runs out of memory.
Marks: none
"""


def make(solved):
    return b'{"metadata": [' + b",".join([b"[]"] * 6_900_000) + b'], "cells": []}'
