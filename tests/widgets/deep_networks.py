"""Layers, starts and a measurement as in unit 07's notebook, for the figure's tests."""

import numpy as np

from nand2resnet import data

WIDTH = 64
DIGITS = data.digits()
X = DIGITS.images.reshape(-1, 64) / np.sqrt(np.mean(DIGITS.images**2))


class Affine:
    def __init__(self, W):
        self.params, self.grads = {"W": W, "b": np.zeros(W.shape[1])}, {}

    def forward(self, x):
        return x @ self.params["W"] + self.params["b"], x

    def backward(self, dout, x):
        grads = {"W": x.T @ dout, "b": dout.sum(axis=0)}
        return dout @ self.params["W"].T, grads


class Activation:
    def __init__(self, function, slope_at_output):
        self.params, self.grads = {}, {}
        self.function, self.slope_at_output = function, slope_at_output

    def forward(self, z):
        out = self.function(z)
        return out, out

    def backward(self, dout, out):
        return dout * self.slope_at_output(out), {}


class BatchNorm:
    def __init__(self):
        self.params, self.grads = {"gamma": np.ones(WIDTH), "beta": np.zeros(WIDTH)}, {}

    def forward(self, x):
        inv_std = 1 / np.sqrt(x.var(axis=0) + 1e-5)
        x_hat = (x - x.mean(axis=0)) * inv_std
        return self.params["gamma"] * x_hat + self.params["beta"], (x_hat, inv_std)

    def backward(self, dout, cache):
        x_hat, inv_std = cache
        slopes = self.params["gamma"] * dout
        away = slopes - slopes.mean(axis=0) - x_hat * (slopes * x_hat).mean(axis=0)
        return inv_std * away, {"gamma": (dout * x_hat).sum(axis=0), "beta": dout.sum(axis=0)}


def sigmoid():
    return Activation(lambda z: (1 + np.tanh(z / 2)) / 2, lambda a: a * (1 - a))


def tanh():
    return Activation(np.tanh, lambda a: 1 - a**2)


def relu():
    return Activation(lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0)


def zero(shape, rng):
    return np.zeros(shape)


def one_tenth(shape, rng):
    return rng.normal(scale=0.1, size=shape)


def kaiming(shape, rng):
    return rng.normal(size=shape) * np.sqrt(2 / shape[0])


def as_printed(shape, rng):
    return rng.normal(size=shape) / np.sqrt(2 / shape[0])


def deep_network(depth, initialiser, activation, scale=1.0, norm=False):
    rng, layers = np.random.default_rng(0), []
    for _ in range(depth):
        layers.append(Affine(scale * initialiser((WIDTH, WIDTH), rng)))
        layers += [BatchNorm()] if norm else []
        layers.append(activation())
    return layers


def signal_by_depth(layers, x, dout):
    signal, caches = [np.sqrt(np.mean(x**2))], []
    for layer in layers:
        x, cache = layer.forward(x)
        caches.append(cache)
        signal.append(np.sqrt(np.mean(x**2)))
    gradient = [np.sqrt(np.mean(dout**2))]
    for layer, cache in zip(layers[::-1], caches[::-1], strict=True):
        dout, _ = layer.backward(dout, cache)
        gradient.append(np.sqrt(np.mean(dout**2)))
    return signal, gradient[::-1]


def learn(layers):
    """The losses of 100 steps on digits, with ten scores at the end."""
    rng, losses = np.random.default_rng(0), []
    last = Affine(rng.normal(size=(WIDTH, 10)) / 8)
    for _ in range(100):
        rows = rng.choice(len(X), 64, replace=False)
        x, y, caches = X[rows], DIGITS.labels[rows], []
        for layer in (*layers, last):
            x, cache = layer.forward(x)
            caches.append(cache)
        p = np.exp(x - x.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(64), y]).mean())
        dout = (p - np.eye(10)[y]) / 64
        for layer, cache in zip((last, *layers[::-1]), caches[::-1], strict=True):
            dout, layer.grads = layer.backward(dout, cache)
            for name, array in layer.params.items():
                array -= 0.02 * layer.grads[name]
    return losses


STARTS = {
    "N(0, 0.1²)": one_tenth,
    "Kaiming": kaiming,
    "Kaiming as printed": as_printed,
    "zero": zero,
}
ACTIVATIONS = {"sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}


def unwritten(*arguments):
    raise NotImplementedError("write me")
