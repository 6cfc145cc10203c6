"""Neurons and circuits as a learner might have written them, for the figures' tests."""

import numpy as np


def step(z):
    return (np.asarray(z) > 0).astype(int)


def perceptron(x, w, b):
    return step(x @ w - b)


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z > 0, 1, small) / (1 + small)


def nand(a, b):
    return perceptron(np.array([a, b]), np.array([-2, -2]), -3)


def not_(a):
    return nand(a, a)


def and_(a, b):
    return not_(nand(a, b))


def or_(a, b):
    return nand(not_(a), not_(b))


def xor(a, b):
    middle = nand(a, b)
    return nand(nand(a, middle), nand(b, middle))


def half_adder(a, b):
    return xor(a, b), and_(a, b)


def full_adder(a, b, carry_in):
    partial, first = half_adder(a, b)
    total, second = half_adder(partial, carry_in)
    return total, or_(first, second)


def multiply_2bit(a1, a0, b1, b0):
    p1, carry = half_adder(and_(a1, b0), and_(a0, b1))
    p2, p3 = half_adder(and_(a1, b1), carry)
    return p3, p2, p1, and_(a0, b0)


def multiply_without_carry(a1, a0, b1, b0):
    p1, _ = half_adder(and_(a1, b0), and_(a0, b1))
    return 0, and_(a1, b1), p1, and_(a0, b0)


def multiply_by_rows(a1, a0, b1, b0):
    first = [and_(a0, b0), and_(a1, b0), 0]
    second = [0, and_(a0, b1), and_(a1, b1)]
    digits, carry = [], 0
    for upper, lower in zip(first, second, strict=True):
        digit, carry = full_adder(upper, lower, carry)
        digits.append(digit)
    return (carry, *reversed(digits))


def multiply_one_digit(a1, a0, b1, b0):
    return and_(a0, b0)


def multiply_by_looking(a1, a0, b1, b0):
    return a1 * b1


def perceptron_learn(x, y, epochs):
    w, b, mistakes = np.zeros(x.shape[1]), 0.0, []
    for _ in range(epochs):
        wrong = 0
        for inputs, label in zip(x, y, strict=True):
            error = int(label) - int(perceptron(inputs, w, b))
            w, b, wrong = w + error * inputs, b - error, wrong + abs(error)
        mistakes.append(wrong)
    return w, b, mistakes


def unwritten(*arguments):
    raise NotImplementedError("write me")
