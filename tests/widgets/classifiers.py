"""Activations and classifiers as a learner might have written them, for the figures' tests."""

import numpy as np


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z > 0, 1, small) / (1 + small)


def sigmoid_derivative(z):
    return sigmoid(z) * (1 - sigmoid(z))


def tanh(z):
    return 2 * sigmoid(2 * z) - 1


def tanh_derivative(z):
    return 1 - tanh(z) ** 2


def relu(z):
    return np.maximum(z, 0)


def relu_derivative(z):
    return np.where(z > 0, 1.0, 0.0)


def table_without_stars(z, a):
    power = np.exp(np.minimum(z, 0))
    return {
        "leaky_relu": (np.where(z > 0, z, 0.01 * z), np.where(z > 0, 1.0, 0.01)),
        "prelu": (np.where(z > 0, z, a * z), np.where(z > 0, 1.0, a)),
        "elu": (np.where(z > 0, z, power - 1), np.where(z > 0, 1.0, power)),
    }


def activation_table(z, a):
    power = np.exp(np.minimum(z, 0))
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    value = scale * np.where(z > 0, z, alpha * (power - 1))
    selu = value, scale * np.where(z > 0, 1.0, alpha * power)
    maxout = np.maximum(z, a * z), np.where(z > a * z, 1.0, a)
    return table_without_stars(z, a) | {"selu": selu, "maxout": maxout}


SINGLE = {
    "sigmoid": (sigmoid, sigmoid_derivative),
    "tanh": (tanh, tanh_derivative),
    "relu": (relu, relu_derivative),
}


def softmax(z):
    powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)


def softmax_that_overflows(z):
    powers = np.exp(z)
    return powers / np.sum(powers)


def train_linear_classifier(X, y, lr, l2, steps):
    W, b = np.zeros((X.shape[1], y.max() + 1)), np.zeros(y.max() + 1)
    true = np.eye(y.max() + 1)[y]
    for _ in range(steps):
        difference = (softmax(X @ W + b) - true) / len(y)
        W, b = W - lr * (X.T @ difference + l2 * W), b - lr * difference.sum(axis=0)
    return W, b


def unwritten(*arguments):
    raise NotImplementedError("write me")
