"""Functions as a learner might have written them, right and wrong, for the figures' tests."""

import numpy as np


def gradient_descent(grad, v0, lr, tolerance, max_steps):
    path = [np.array(v0, dtype=float)]
    for _ in range(max_steps):
        g = grad(path[-1])
        if np.linalg.norm(g) < tolerance:
            break
        path.append(path[-1] - lr * g)
    return np.array(path)


def numerical_gradient(f, v, h):
    v = np.array(v, dtype=float)
    gradient = np.zeros_like(v)
    for i in np.ndindex(v.shape):
        step = np.zeros_like(v)
        step[i] = h
        gradient[i] = (f(v + step) - f(v - step)) / (2 * h)
    return gradient


def unwritten(*arguments):
    raise NotImplementedError("write me")


def squared_error_gradient(x, y, w, b):
    residuals = w * x + b - y
    return np.mean(residuals * x), np.mean(residuals)


def absolute_error_gradient(x, y, w, b):
    signs = np.sign(w * x + b - y)
    return np.mean(signs * x), np.mean(signs)


def normal_equation(x, y):
    design = np.column_stack([x, np.ones(len(x))])
    w, b = np.linalg.solve(design.T @ design, design.T @ y)
    return w, b


def sgd_momentum(w, dw, state, lr, rho=0.9):
    v = rho * state.get("v", 0.0) - lr * dw
    return w + v, {"v": v}


def nesterov(w, grad, state, lr, rho=0.9):
    v = state.get("v", 0.0)
    v = rho * v - lr * grad(w + rho * v)
    return w + v, {"v": v}


def adagrad(w, dw, state, lr, eps=1e-8):
    s = state.get("s", 0.0) + dw**2
    return w - lr * dw / (np.sqrt(s) + eps), {"s": s}


def rmsprop(w, dw, state, lr, decay=0.99, eps=1e-8):
    s = decay * state.get("s", 0.0) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), {"s": s}


def adam(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    s = beta2 * state.get("s", 0.0) + (1 - beta2) * dw**2
    step = (m / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + eps)
    return w - lr * step, {"t": t, "m": m, "s": s}
