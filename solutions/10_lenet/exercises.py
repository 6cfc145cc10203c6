"""How unit 10 is graded: points, cases, what people get wrong, and other right answers.

Networks are compared under weights that depend on the kind and shape of each layer only
(:func:`nand2resnet.networks.filled`), so that names and order of making do not matter.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.exercise import Case, Criterion, Exercise, build
from nand2resnet import data

PACKAGES = ("torch",)

SINGLE = {"rtol": 1e-3, "atol": 1e-5}
"""Sums in single precision may be taken in any order."""


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


# --- autograd_gradient ------------------------------------------------------------------------

SLOPES, DOUBLE = "the slopes", "in double precision"
autograd_gradient = Exercise(
    points={SLOPES: 0.5, DOUBLE: Criterion(0.5, rtol=1e-12, atol=1e-12)},
    visible=(SLOPES, DOUBLE, DOUBLE, DOUBLE),
)


@autograd_gradient.cases
def _(rng):
    for shape in ((3,), (1,), (2, 3), ()):
        size = int(np.prod(shape))
        f = build("weighted_tanh", weights=numbers(rng, shape))
        yield Case(SLOPES, f=f, v=np.asarray(numbers(rng, shape)))
        f = build("quadratic", matrix=numbers(rng, (size, size)))
        yield Case(DOUBLE, f=f, v=np.asarray(numbers(rng, shape)))
    yield Case(SLOPES, f=build("log_of_sum", scale=0.7), v=numbers(rng, (4, 2)))
    yield Case(DOUBLE, f=build("quadratic", matrix=numbers(rng, (3, 3))), v=np.array([1, -2, 3]))
    v = numbers(rng, 3).astype(np.float32)
    yield Case(DOUBLE, f=build("log_of_sum", scale=1.3), v=v)


autograd_gradient.mistake(
    "in single precision",
    "Compare with the exact slopes of v1^2 v2 at (0.1, 0.3). How many digits agree?",
    "dtype=torch.float64",
    "dtype=torch.float32",
)
autograd_gradient.mistake(
    "the value instead of the slopes",
    "How many numbers does your function return at (3, 5)? A gradient has one for each coordinate.",
    "    f(remembered).backward()\n    return remembered.grad.numpy()",
    "    return f(remembered).detach().numpy()",
)
autograd_gradient.mistake(
    "the walk is taken twice",
    "How often does backward run? What does a second run do to .grad?",
    "    f(remembered).backward()\n",
    "    f(remembered).backward()\n    f(remembered).backward()\n",
)
autograd_gradient.mistake(
    "a step instead of the slope",
    "Where f is constant the gradient is 0. What do you return there?",
    "return remembered.grad.numpy()",
    "return (remembered - remembered.grad).detach().numpy()",
)

autograd_gradient.equivalent("return remembered.grad", "tensors are taken as arrays")


@autograd_gradient.alternative("asked for, not left behind")
def asked_for(f, v):
    v = torch.from_numpy(np.array(v, dtype=float)).requires_grad_()
    (slopes,) = torch.autograd.grad(f(v), v)
    return slopes.detach().numpy()


@autograd_gradient.alternative("the row of a Jacobian")
def row_of_jacobian(f, v):
    v = torch.as_tensor(np.asarray(v)).double()
    return np.array(torch.autograd.functional.jacobian(f, v))


# --- our_conv_in_torch ------------------------------------------------------------------------

FORWARD, BACK, PRECISE = "forwards", "backwards", "arrays in double precision"
our_conv_in_torch = Exercise(
    points={FORWARD: 1, BACK: 1.5, PRECISE: 0.5},
    visible=(FORWARD, FORWARD, BACK, BACK, BACK, PRECISE),
)

GEOMETRIES = (
    # pictures, filters, window, stride, padding
    ((2, 3, 4, 5), 2, (3, 2), 1, 0),
    ((1, 2, 3, 3), 3, (1, 1), 1, 0),
    ((2, 2, 5, 4), 1, (3, 3), 1, 1),
    ((1, 3, 7, 6), 2, (3, 2), 2, 1),
    ((2, 2, 5, 8), 3, (2, 3), 3, 0),
    ((1, 1, 4, 3), 1, (2, 2), 2, 2),
)


def layer(rng, geometry):
    """The inputs of a convolution layer, and slopes along what it gives."""
    shape, filters, window, stride, pad = geometry
    places = [(n + 2 * pad - k) // stride + 1 for n, k in zip(shape[2:], window, strict=True)]
    x, w, b = (numbers(rng, s) for s in (shape, (filters, shape[1], *window), filters))
    dout = numbers(rng, (shape[0], filters, *places))
    return {"x": x, "w": w, "b": b, "stride": stride, "pad": pad, "dout": dout}


@our_conv_in_torch.cases
def _(rng):
    for geometry in GEOMETRIES:
        inputs = layer(rng, geometry)
        for number, criterion in enumerate((FORWARD, BACK, BACK, BACK)):
            yield Case(criterion, "part", **inputs, _part=number)
    yield Case(PRECISE, "dtypes", **layer(rng, GEOMETRIES[0]))
    yield Case(PRECISE, "dtypes", **layer(rng, GEOMETRIES[3]))


our_conv_in_torch.mistake(
    "in single precision",
    "Print the dtype of each of your four results. How many digits are left?",
    "torch.tensor(array, requires_grad=True) for",
    "torch.tensor(array, dtype=torch.float32, requires_grad=True) for",
    "torch.tensor(dout)",
    "torch.tensor(dout, dtype=torch.float32)",
)
our_conv_in_torch.mistake(
    "the slopes along the output are not used",
    "Double dout. Do your three gradients double?",
    "out.backward(torch.tensor(dout))",
    "out.sum().backward()",
)
our_conv_in_torch.mistake(
    "no bias",
    "Give a picture of zeros and b = 1: what should come out?",
    "F.conv2d(x, w, b, stride=stride, padding=pad)",
    "F.conv2d(x, w, stride=stride, padding=pad) + 0 * b[:, None, None]",
)
our_conv_in_torch.mistake(
    "padding is left out",
    "A picture of 5 x 4 pixels with padding 1 and a kernel of 3 x 3: how large is the map?",
    "stride=stride, padding=pad",
    "stride=stride",
)
our_conv_in_torch.mistake(
    "stride and padding exchanged",
    "With stride 2 and no padding, is your output smaller than the picture, or larger?",
    "stride=stride, padding=pad",
    "stride=pad or 1, padding=stride",
)
our_conv_in_torch.mistake(
    "the gradients in another order",
    "Compare the shapes of what you return with those of x, w and b, one by one.",
    "x.grad.numpy(), w.grad.numpy(), b.grad.numpy()",
    "w.grad.numpy(), x.grad.numpy(), b.grad.numpy()",
)
our_conv_in_torch.mistake(
    "a kernel turned round",
    "Convolution layers correlate. What does yours write around one bright pixel?",
    "F.conv2d(x, w, b,",
    "F.conv2d(x, w.flip(2, 3), b,",
)


@our_conv_in_torch.alternative("a layer that the weights are copied into")
def copied_into_a_layer(x, w, b, stride, pad, dout):
    made = nn.Conv2d(w.shape[1], w.shape[0], w.shape[2:], stride, pad).double()
    made.load_state_dict({"weight": torch.tensor(w), "bias": torch.tensor(b)})
    pictures = torch.tensor(x).requires_grad_()
    out = made(pictures)
    (out * torch.tensor(dout)).sum().backward()
    gradients = (pictures.grad, made.weight.grad, made.bias.grad)
    return (out.detach().numpy(), *(gradient.numpy() for gradient in gradients))


@our_conv_in_torch.alternative("windows cut out by torch")
def windows_by_torch(x, w, b, stride, pad, dout):
    x, w, b = [torch.from_numpy(np.array(a)).requires_grad_() for a in (x, w, b)]
    framed = F.pad(x, (pad, pad, pad, pad))
    windows = framed.unfold(2, w.shape[2], stride).unfold(3, w.shape[3], stride)
    out = torch.einsum("ncrsij,fcij->nfrs", windows, w) + b.reshape(-1, 1, 1)
    slopes = torch.autograd.grad(out, (x, w, b), torch.from_numpy(dout))
    return [out.detach().numpy()] + [slope.numpy() for slope in slopes]


# --- LeNet ------------------------------------------------------------------------------------

COUNT, SHAPES, VALUES, MODULE = (
    "how many parameters",
    "what each layer gives",
    "the scores",
    "a module like any other",
)
LeNet = Exercise(
    points={
        COUNT: 1,
        SHAPES: 1,
        VALUES: Criterion(1.5, rtol=1e-3, atol=1e-4),
        MODULE: 1.5,
    },
    visible=(COUNT, COUNT, SHAPES, VALUES),
)


@LeNet.cases
def _(rng):
    for classes in (10, 2, 47):
        yield Case(COUNT, "count", classes=classes)
    for samples in (1, 3):
        yield Case(SHAPES, "shapes", samples=samples)
        seed = int(rng.integers(2**31))
        yield Case(VALUES, "scores", samples=samples, training=samples == 1, _seed=seed)
    yield Case(VALUES, "slopes", samples=2, _seed=int(rng.integers(2**31)))
    yield Case(MODULE, "same_after_loading", samples=2, _seed=int(rng.integers(2**31)))
    yield Case(MODULE, "moved")


LeNet.mistake(
    "no padding in C1",
    "How large are the maps of C1 for a picture of 28 x 28? Print the shape after each line.",
    "nn.Conv2d(1, 6, 5, padding=2)",
    "nn.Conv2d(1, 6, 5)",
)
LeNet.mistake(
    "no ReLU after the convolutions",
    "What is a chain of linear layers, however long? Which lines of yours bend?",
    "torch.relu(self.c1(x))",
    "self.c1(x)",
    "torch.relu(self.c3(x))",
    "self.c3(x)",
)
LeNet.mistake(
    "a ReLU after the last layer",
    "Can your scores be negative? Ought they to be able to?",
    "return self.output(x)",
    "return torch.relu(self.output(x))",
)
LeNet.mistake(
    "a softmax at the end",
    "Do your scores add up to 1? What will the loss do to them once more?",
    "return self.output(x)",
    "return torch.softmax(self.output(x), dim=1)",
)
LeNet.mistake(
    "the mean instead of the maximum",
    "Does your pooling layer keep the largest value of four, or their mean?",
    "self.s2 = nn.MaxPool2d(2)",
    "self.s2 = nn.AvgPool2d(2)",
    "self.s4 = nn.MaxPool2d(2)",
    "self.s4 = nn.AvgPool2d(2)",
)
LeNet.mistake(
    "no ReLU after C5 and F6",
    "The table has a ReLU after five of the layers. How many do you call?",
    "torch.relu(self.c5(x))",
    "self.c5(x)",
    "torch.relu(self.f6(x))",
    "self.f6(x)",
)
LeNet.mistake(
    "always ten classes",
    "Make LeNet(3). How many scores does it give?",
    "nn.Linear(84, classes)",
    "nn.Linear(84, 10)",
)
LeNet.mistake(
    "C5 as a fully connected layer",
    "C5 is asked for as a convolution. What is the shape of its weights in yours?",
    "self.c5 = nn.Conv2d(16, 120, 5)",
    "self.c5 = nn.Linear(400, 120)",
    "torch.relu(self.c5(x)).flatten(1)",
    "torch.relu(self.c5(x.flatten(1)))",
)


@LeNet.mistake(
    "layers in a list",
    "Print list(LeNet().parameters()). Which layers has PyTorch noticed?",
)
class LayersInAList(nn.Module):
    """Its layers stand in a plain list, where PyTorch does not look."""

    def __init__(self, classes=10):
        super().__init__()
        convolutions = [(1, 6, 5, 1, 2), (6, 16, 5), (16, 120, 5)]
        self.layers = [nn.Conv2d(*sizes) for sizes in convolutions]
        self.rest = [nn.Linear(120, 84), nn.Linear(84, classes)]

    def forward(self, x):
        for layer in self.layers[:2]:
            x = F.max_pool2d(torch.relu(layer(x)), 2)
        x = torch.relu(self.layers[2](x)).flatten(1)
        return self.rest[1](torch.relu(self.rest[0](x)))


@LeNet.alternative("one after the other")
class OneAfterTheOther(nn.Sequential):
    """Has no forward of its own."""

    def __init__(self, classes=10):
        super().__init__(
            *(nn.Conv2d(1, 6, (5, 5), padding="same"), nn.ReLU(), nn.MaxPool2d(2, 2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2, 2)),
            *(nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten()),
            *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes)),
        )


@LeNet.alternative("functions where nothing is learned, made backwards")
class WithFunctions(nn.Module):
    """Keeps no layers for pooling."""

    def __init__(self, classes=10):
        nn.Module.__init__(self)
        self.head = nn.ModuleList([nn.Linear(84, classes), nn.Linear(120, 84)])
        self.eyes = nn.ModuleDict()
        for name, before, after in (("c5", 16, 120), ("c3", 6, 16), ("c1", 1, 6)):
            self.eyes[name] = nn.Conv2d(before, after, kernel_size=5)

    def forward(self, x):
        x = F.pad(x, (2, 2, 2, 2))
        x = F.max_pool2d(F.relu(self.eyes["c1"](x)), 2)
        x = F.relu(F.max_pool2d(self.eyes["c3"](x), 2))
        x = F.relu(self.eyes["c5"](x)[:, :, 0, 0])
        return self.head[0](self.head[1](x).clamp(min=0))


# --- layer_table ------------------------------------------------------------------------------

ROWS, ORDER, AS_IT_WAS = "the rows", "in the order of use", "the model as it was"
layer_table = Exercise(
    points={ROWS: 1.5, ORDER: 0.5, AS_IT_WAS: 1}, visible=(ORDER, AS_IT_WAS, AS_IT_WAS)
)


@layer_table.cases
def _(rng):
    for size in ((9, 8), (7, 9)):
        channels, filters, classes = (int(n) for n in rng.integers(2, 6, size=3))
        sizes = {"channels": channels, "filters": filters, "classes": classes, "size": size}
        yield Case(ROWS, "table", kind="in line", **sizes)
        yield Case(ORDER, "table", kind="crossing", **sizes)
        for training in (True, False):
            yield Case(AS_IT_WAS, "left", kind="in line", **sizes, training=training)
    yield Case(ROWS, "table", kind="in line", channels=1, filters=1, classes=1, size=(5, 4))


layer_table.mistake(
    "weights only",
    "A linear layer from 3 to 2 numbers has 8 parameters. How many do you find?",
    "sum(weight.numel() for weight in layer.parameters())",
    "sum(weight.numel() for name, weight in layer.named_parameters() if name == 'weight')",
)
layer_table.mistake(
    "the batch is part of the shape",
    "Is the first number of your shapes a property of the layer, or of the picture you sent?",
    "tuple(output.shape[1:])",
    "tuple(output.shape)",
)
layer_table.mistake(
    "groups have rows too",
    "Add up your last column for a network in a group: is each parameter counted once?",
    "if not any(layer.children()):",
    "if layer is not model:",
)
layer_table.mistake(
    "only the layers at the top",
    "A network with a group in it: are the layers of the group in your table?",
    "model.named_modules():\n        if not any(layer.children()):",
    "model.named_children():\n        if True:",
)
layer_table.mistake(
    "the hooks stay",
    "Call it twice with the same model, and then the model itself. Who is still taking notes?",
    "    for handle in handles:\n        handle.remove()\n",
    "",
)
layer_table.mistake(
    "the mode is lost",
    "A model that was learning: is it in training mode afterwards?",
    "    model.train(mode)\n",
    "",
)
layer_table.mistake(
    "looked at in training mode",
    "Batch norm counts what it sees while it learns. Has it counted your picture of zeros?",
    "    model.eval()\n",
    "    model.train()\n",
)
layer_table.mistake(
    "in the order of making",
    "A network whose last layer was made first: which name stands at the top of your table?",
    "    return rows\n",
    "    names = [name for name, _ in model.named_modules()]\n"
    "    return sorted(rows, key=lambda row: names.index(row[0]))\n",
)

layer_table.equivalent(
    "rows.append((name, output.shape[1:], count))", "a torch.Size is a tuple of numbers"
)
layer_table.equivalent(
    "for name, layer in list(model.named_modules())[1:]:", "a network holds layers, so has no row"
)
for line in (
    "model(torch.ones(1, *input_size))",
    "model(torch.zeros(2, *input_size))",
    "model(torch.zeros(0, *input_size))",
):
    layer_table.equivalent(line, "only the shape of a picture counts, whatever is on it")


@layer_table.alternative("one hook for all modules")
def one_hook_for_all(model, input_size):
    names = {module: name for name, module in model.named_modules()}
    rows = []

    def every(module, _inputs, output):
        if len(list(module.modules())) == 1:
            params = [p.nelement() for p in module.parameters()]
            rows.append((names[module], tuple(output.size())[1:], sum(params)))

    was = model.training
    handle = torch.nn.modules.module.register_module_forward_hook(every)
    try:
        model.train(False)
        model(torch.randn(2, *input_size))
    finally:
        handle.remove()
        model.train(was)
    return rows


@layer_table.alternative("on a copy without values")
def on_a_copy(model, input_size):
    import copy
    import functools

    twin, rows = copy.deepcopy(model).to("meta").eval(), []

    def add(module, _inputs, output, name):
        rows.append([name, tuple(output.shape)[1:], sum(p.numel() for p in module.parameters())])

    for name, module in twin.named_modules():
        if len(list(module.children())) == 0:
            module.register_forward_hook(functools.partial(add, name=name))
    twin(torch.empty((1, *input_size), device="meta"))
    return [tuple(row) for row in rows]


# --- train_epoch ------------------------------------------------------------------------------

STEPS, MEAN, MODE = "the steps", "the mean loss", "in training mode"
train_epoch = Exercise(
    points={STEPS: Criterion(2, **SINGLE), MEAN: Criterion(1, rtol=1e-4), MODE: 1},
    visible=(STEPS, STEPS, MEAN, MEAN, MODE),
)


def labelled(rng, samples, features, classes):
    """Random samples with labels, some of which come more than once."""
    x = numbers(rng, (samples, features))
    return {"x": x, "y": rng.integers(classes, size=samples)}


def some_digits(samples):
    """Real digits of 8 x 8 pixels, in rows."""
    digits = data.digits()
    x = digits.images[:samples].reshape(samples, -1)
    return {"x": x, "y": digits.labels[:samples]}


@train_epoch.cases
def _(rng):
    for samples, features, classes, size in (
        (6, 3, 4, 2),
        (7, 2, 3, 3),
        (4, 5, 2, 9),
        (3, 2, 3, 1),
    ):
        given = labelled(rng, samples, features, classes) | {"classes": classes, "size": size}
        for momentum, epochs in ((0.0, 1), (0.8, 2)):
            recipe = {"lr": 0.4, "momentum": momentum, "epochs": epochs}
            yield Case(STEPS, "weights_after", **given, **recipe)
        # Where nothing moves, the mean does not hang on how the steps are taken.
        yield Case(MEAN, "loss_of", **given, lr=0.0)
    single = labelled(rng, 6, 3, 4) | {"classes": 4, "size": 6}
    yield Case(MEAN, "loss_of", **single, lr=0.7)
    digits = some_digits(40) | {"classes": 10, "size": 16}
    yield Case(STEPS, "weights_after", **digits, lr=0.5, momentum=0.9, epochs=3)
    yield Case(MEAN, "loss_of", **digits, lr=0.0)
    for training in (True, False):
        yield Case(MODE, "modes", **labelled(rng, 5, 2, 3), size=2, training=training)


train_epoch.mistake(
    "slopes pile up",
    "Print a weight's grad.norm() in every batch. Does it only ever grow?",
    "        optimizer.zero_grad()\n",
    "",
)
train_epoch.mistake(
    "no step is taken",
    "Print a weight before and after an epoch. Has it moved? And what is in its grad at the moment of "
    "the step?",
    "        optimizer.step()\n",
    "",
)
train_epoch.mistake(
    "the mean of the batches' means",
    "Ten pictures in batches of 4, 4 and 2: how much does one of the last two count?",
    "loss.item() * len(labels)",
    "loss.item()",
    "count += len(labels)",
    "count += 1",
)
train_epoch.mistake(
    "the loss of the last batch",
    "Of how many pictures is your number the mean?",
    "return total / count",
    "return loss.item()",
)
train_epoch.mistake(
    "the sum of the losses",
    "Hand in every batch twice: should the mean loss double?",
    "return total / count",
    "return total",
)
train_epoch.mistake(
    "not in training mode",
    "A network comes straight from its evaluation. Would its dropout drop anything in yours?",
    "    model.train()\n",
    "",
)
train_epoch.mistake(
    "probabilities instead of scores",
    "The cross entropy does a softmax by itself. How often is it done in your loop?",
    "F.cross_entropy(model(images), labels)",
    "F.cross_entropy(torch.softmax(model(images), dim=1), labels)",
)
train_epoch.mistake(
    "the loss is summed over the batch",
    "Make the batch twice as large. Should the step be twice as long?",
    "F.cross_entropy(model(images), labels)",
    "F.cross_entropy(model(images), labels, reduction='sum')",
    "loss.item() * len(labels)",
    "loss.item()",
)
train_epoch.mistake(
    "forgotten once only, before the loop",
    "In which batches is grad empty before you walk back?",
    "    for images, labels in batches:\n        optimizer.zero_grad()\n",
    "    optimizer.zero_grad()\n    for images, labels in batches:\n",
)

train_epoch.equivalent(
    "total += loss * len(labels)", "a sum that is kept as a tensor costs memory, not correctness"
)


@train_epoch.alternative("slopes asked for, logarithms by hand")
def by_hand(model, batches, optimizer):
    sizes, losses = [], []
    model.train(True)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    for x, y in batches:
        each = -torch.log_softmax(model(x), dim=1)[torch.arange(len(y)), y]
        for weight, slope in zip(
            weights,
            torch.autograd.grad(each.mean(), weights),
            strict=True,
        ):
            weight.grad = slope
        optimizer.step()
        sizes.append(len(y))
        losses.append(each.mean().item())
    return float(np.average(losses, weights=sizes))


@train_epoch.alternative("cleared after the step, losses kept")
def cleared_after(model, batches, optimizer):
    model.train()
    criterion, kept = nn.CrossEntropyLoss(reduction="none"), []
    optimizer.zero_grad(set_to_none=True)
    for pair in batches:
        losses = criterion(model(pair[0]), pair[1])
        losses.mean().backward()
        optimizer.step()
        model.zero_grad()
        kept.append(losses.detach())
    return torch.cat(kept).mean().item()


# --- evaluate ---------------------------------------------------------------------------------

LOSS, ACCURACY, IN_USE = "the loss", "the accuracy", "as in use"
evaluate = Exercise(
    points={LOSS: Criterion(0.5, rtol=1e-4), ACCURACY: 0.5, IN_USE: Criterion(1, rtol=1e-4)},
    visible=(LOSS, LOSS, IN_USE),
)


@evaluate.cases
def _(rng):
    for samples, features, classes, size in (
        (8, 3, 4, 3),
        (5, 2, 3, 5),
        (7, 4, 2, 3),
        (1, 2, 3, 4),
    ):
        given = labelled(rng, samples, features, classes) | {"classes": classes, "size": size}
        yield Case(LOSS, "judgement", **given, _part=0)
        yield Case(ACCURACY, "judgement", **given, _part=1)
    digits = some_digits(50) | {"classes": 10, "size": 16}
    yield Case(LOSS, "judgement", **digits, _part=0)
    yield Case(ACCURACY, "judgement", **digits, _part=1)
    for size in (3, 7):
        yield Case(IN_USE, "in_use", **labelled(rng, 7, 4, 3), size=size)
        yield Case(IN_USE, "gradients_kept", **labelled(rng, 5, 2, 3), size=size)


evaluate.mistake(
    "in training mode",
    "Call it twice with a network that has dropout. Are the two answers the same?",
    "    model.eval()\n",
    "",
)
evaluate.mistake(
    "a graph is kept",
    "Ask torch.is_grad_enabled() inside your loop. Who is going to walk back here?",
    "with torch.no_grad():",
    "if True:",
)
evaluate.mistake(
    "how many instead of which share",
    "Can an accuracy be larger than 1?",
    "right / count",
    "right",
)
evaluate.mistake(
    "in per cent",
    "If all answers are right, is the share 1 or 100?",
    "right / count",
    "100 * right / count",
)
evaluate.mistake(
    "the mean of the batches' means",
    "Eight pictures in batches of 3, 3 and 2: does each picture count once?",
    "total, right, count = 0.0, 0, 0",
    "total, right, count, rounds = 0.0, 0, 0, 0",
    "F.cross_entropy(scores, labels).item() * len(labels)",
    "F.cross_entropy(scores, labels).item()",
    "            count += len(labels)\n",
    "            count, rounds = count + len(labels), rounds + 1\n",
    "return total / count, right / count",
    "return total / rounds, right / count",
)
evaluate.mistake(
    "the largest along the wrong axis",
    "Scores of shape (4, 10): how many answers do you get?",
    "argmax(dim=1)",
    "argmax(dim=0)[: len(labels)]",
)
evaluate.mistake(
    "it learns from the test",
    "Call it twice with the same data. Does the loss fall?",
    "    return total / count, right / count",
    "    with torch.no_grad():\n"
    "        for weight in model.parameters():\n"
    "            weight.mul_(0.9)\n"
    "    return total / count, right / count",
)

for line in (
    "total += F.cross_entropy(scores, labels) * len(labels)",
    "right += (scores.argmax(dim=1) == labels).sum()",
):
    evaluate.equivalent(line, "a tensor with one number is a number")
evaluate.equivalent(
    "right += (scores.argmax(dim=-1) == labels).sum().item()", "scores have two axes"
)


@evaluate.alternative("all scores at once")
def all_at_once(model, batches):
    model.train(False)
    with torch.inference_mode():
        pairs = [(model(images), labels) for images, labels in batches]
    scores = torch.cat([s for s, _ in pairs])
    labels = torch.cat([y for _, y in pairs])
    right = torch.eq(scores.max(1).indices, labels).double().mean()
    return F.cross_entropy(scores, labels).item(), right.item()


@evaluate.alternative("sums of single losses in NumPy")
def in_numpy(model, batches):
    model.eval()
    losses, hits = [], []
    for images, labels in batches:
        with torch.no_grad():
            scores = model(images).numpy().astype(float)
        y = labels.numpy()
        scores = scores - np.max(scores, axis=1)[:, np.newaxis]
        logs = scores - np.log(np.sum(np.exp(scores), axis=1))[:, np.newaxis]
        losses.extend(-logs[np.arange(len(y)), y])
        hits.extend(scores.argmax(axis=1) == y)
    return np.mean(losses), np.mean(hits)
