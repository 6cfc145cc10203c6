"""How unit 09 is graded: points, cases, what people get wrong, and other right answers.

The caches of the backward passes come from the cases, as the text specifies them. The wrong
versions are written without earlier exercises: they are recognised whatever was made of those.
"""

from __future__ import annotations

import numpy as np

from autograder.exercise import Build, Case, Criterion, Exercise, Mistake, build
from autograder.trained import every_turn, pictures, reads_digits

SWAPPED = "the same sum, written the other way round"


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def wrong_versions(exercise, template):
    """A function that adds a mistake as edits of a right version in plain NumPy."""
    exercise.alternative("plain NumPy", template)

    def wrong(name, hint, *edits):
        source = template
        for old, new in zip(edits[::2], edits[1::2], strict=True):
            assert source.count(old) == 1, (name, old, source.count(old))
            source = source.replace(old, new)
        exercise.mistakes.append(Mistake(name, hint, source=source))

    return wrong


# --- correlate2d ------------------------------------------------------------------------------

SUMS, ANY_SHAPE = "the sums", "pictures and kernels that are not square"
correlate2d = Exercise(points={SUMS: 1, ANY_SHAPE: 0.5}, visible=(ANY_SHAPE, ANY_SHAPE, ANY_SHAPE))


@correlate2d.cases
def _(rng):
    for side, k in ((4, 2), (5, 3), (3, 3), (4, 1)):
        yield Case(SUMS, image=numbers(rng, (side, side)), kernel=numbers(rng, (k, k)))
    yield Case(SUMS, image=rng.integers(-3, 4, size=(4, 4)), kernel=np.array([[1, -2], [0, 3]]))
    for shape, kernel in (
        ((3, 5), (2, 2)),
        ((5, 3), (1, 3)),
        ((4, 6), (4, 2)),
        ((2, 5), (2, 5)),
        ((6, 2), (3, 1)),
        ((1, 4), (1, 2)),
    ):
        yield Case(ANY_SHAPE, image=numbers(rng, shape), kernel=numbers(rng, kernel))
    image = build("swapped", values=numbers(rng, (5, 4)))
    yield Case(ANY_SHAPE, image=image, kernel=build("every_other", values=numbers(rng, (2, 6))))
    image, kernel = (numbers(rng, shape).astype(np.float32) for shape in ((4, 5), (2, 3)))
    yield Case(ANY_SHAPE, image=image, kernel=kernel)


correlate2d.mistake(
    "a true convolution",
    "Slide over a picture with one bright pixel. Does your function turn the kernel round?",
    "c : c + width] * kernel)",
    "c : c + width] * kernel[::-1, ::-1])",
)
correlate2d.mistake(
    "the last places are left out",
    "In a row of 4 pixels, at how many places does a window of 2 fit? Count them on paper.",
    "high - height + 1, wide - width + 1",
    "high - height, wide - width",
)
correlate2d.mistake(
    "the mean of the products",
    "Is the result asked for a sum or a mean?",
    "np.sum(",
    "np.mean(",
)
correlate2d.mistake(
    "the kernel is not used",
    "Double all weights of the kernel. Does your result double?",
    "c : c + width] * kernel)",
    "c : c + width])",
)
correlate2d.mistake(
    "height and width mixed up",
    "Try a picture of 3 x 4 and a kernel of 2 x 3: what is the shape of your first window?",
    "(high, wide), (height, width) = ",
    "(high, wide), (width, height) = ",
)
correlate2d.mistake(
    "as large as the picture",
    "How many places are there for the window in each row? And how many numbers do you return?",
    "out = np.zeros((rows, columns))",
    "out = np.zeros(image.shape)",
)


correlate2d.equivalent("out = np.ones((rows, columns))", "every entry is written")


@correlate2d.alternative("all windows at once")
def all_windows(image, kernel):
    return np.einsum("rcij,ij->rc", sliding_window_view(image, kernel.shape), kernel)  # noqa: F821


@correlate2d.alternative("one weight after the other")
def weight_by_weight(image, kernel):
    rows, columns = np.subtract(image.shape, kernel.shape) + 1
    out = 0.0
    for (i, j), weight in np.ndenumerate(kernel):
        out = out + weight * image[i : i + rows, j : j + columns]
    return out


# --- output_size ------------------------------------------------------------------------------

output_size = Exercise(points={"how many places": 0.5})


@output_size.cases
def _(rng):
    kind = "how many places"
    for n, f, pad, stride in (
        (28, 5, 0, 1),
        (7, 7, 0, 1),
        (7, 2, 0, 3),
        (1, 1, 0, 1),
        (5, 3, 1, 2),
        (6, 3, 1, 2),
        (4, 1, 2, 3),
        (227, 11, 0, 4),
        (224, 11, 2, 4),
    ):
        yield Case(kind, n=n, f=f, pad=pad, stride=stride)
    for _ in range(6):
        f, pad, stride = (int(rng.integers(low, 5)) for low in (1, 0, 1))
        yield Case(kind, n=f + int(rng.integers(20)), f=f, pad=pad, stride=stride)


output_size.mistake(
    "the first place is not counted",
    "7 pixels and a window of 7: how many places are there?",
    "// stride + 1",
    "// stride",
)
output_size.mistake(
    "padding at one end only",
    "At how many ends of the row are pixels put on?",
    "2 * pad",
    "pad",
)
output_size.mistake(
    "rounded up",
    "The last window must still fit. Does a place for half a window count?",
    "(n + 2 * pad - f) // stride",
    "-((f - n - 2 * pad) // stride)",
)
output_size.mistake(
    "not rounded",
    "Can there be 3.75 places?",
    "// stride",
    "/ stride",
)
output_size.mistake(
    "divided too early",
    "From where to where does the window travel: along all pixels, or until its end meets theirs?",
    "(n + 2 * pad - f) // stride + 1",
    "(n + 2 * pad) // stride - f + 1",
)


@output_size.alternative("counted one by one")
def counted(n, f, pad, stride):
    return len(range(0, n + 2 * pad - f + 1, stride))


@output_size.alternative("rounded by NumPy")
def rounded(n, f, pad, stride):
    return int(np.floor(1 + (n - f + pad + pad) / stride))


# --- pad2d ------------------------------------------------------------------------------------

ZERO, REFLECT, REPLICATE, BATCH = "zeros", "a mirror", "the border again", "whole batches"
pad2d = Exercise(
    points={ZERO: 0.25, REFLECT: 0.25, REPLICATE: 0.25, BATCH: 0.25},
    visible=(REFLECT, REPLICATE, BATCH, REFLECT),
)


@pad2d.cases
def _(rng):
    for mode, criterion in (("zero", ZERO), ("reflect", REFLECT), ("replicate", REPLICATE)):
        for shape, pad in (((3, 4), 1), ((4, 3), 2), ((5, 2), 0), ((3, 3), 2)):
            yield Case(criterion, x=numbers(rng, shape), pad=pad, mode=mode)
        yield Case(criterion, x=rng.integers(-5, 6, size=(2, 3)), pad=1, mode=mode)
        x = build("swapped", values=numbers(rng, (3, 2)))
        yield Case(criterion, x=x, pad=1, mode=mode)
        yield Case(criterion, x=numbers(rng, (4, 3)).astype(np.float32), pad=1, mode=mode)
        yield Case(BATCH, x=numbers(rng, (2, 3, 2, 3)), pad=1, mode=mode)
        yield Case(BATCH, x=numbers(rng, (2, 3, 4)), pad=2, mode=mode)
    yield Case(ZERO, x=numbers(rng, (1, 1)), pad=3, mode="zero")
    yield Case(REPLICATE, x=numbers(rng, (1, 2)), pad=3, mode="replicate")


pad2d.mistake(
    "the mirror repeats the border",
    "Mirror 1 2 3: which number stands right before the 1?",
    '"reflect": "reflect"',
    '"reflect": "symmetric"',
)
pad2d.mistake(
    "mirror and border exchanged",
    "Pad 1 2 3 in both modes, and hold the results against the table.",
    '"reflect": "reflect", "replicate": "edge"',
    '"reflect": "edge", "replicate": "reflect"',
)
pad2d.mistake(
    "every axis is padded",
    "Pad a batch of shape (1, 2, 1, 2) and look at the shape. How many channels has it now?",
    "[(0, 0)] * (x.ndim - 2) + [(pad, pad)] * 2",
    "[(pad, pad)] * x.ndim",
)
pad2d.mistake(
    "only behind the last pixel",
    "Where is your picture in its frame: in the middle?",
    "[(pad, pad)] * 2",
    "[(0, pad)] * 2",
)
pad2d.mistake(
    "always zeros",
    "Call it with three modes. Do the results differ?",
    "np.pad(x, widths, mode=names[mode])",
    "np.pad(x, widths)",
)
pad2d.mistake(
    "only left and right",
    "How many rows have you put on?",
    "[(0, 0)] * (x.ndim - 2) + [(pad, pad)] * 2",
    "[(0, 0)] * (x.ndim - 1) + [(pad, pad)]",
)


@pad2d.alternative("by places")
def by_places(x, pad, mode):
    def places(size):
        at = np.arange(-pad, size + pad)
        if mode == "reflect":
            at = np.abs(at)
            return size - 1 - np.abs(size - 1 - at)
        return np.clip(at, 0, size - 1)

    rows, columns = x.shape[-2:]
    out = x[..., places(rows), :][..., places(columns)]
    if mode == "zero":
        inside = np.zeros(out.shape[-2:])
        inside[pad : pad + rows, pad : pad + columns] = 1
        out = out * inside
    return out


@pad2d.alternative("an ellipsis of zeros, or NumPy's names")
def ellipsis_of_zeros(x, pad, mode):
    if mode == "zero":
        *front, rows, columns = x.shape
        out = np.zeros((*front, rows + 2 * pad, columns + 2 * pad), dtype=x.dtype)
        out[..., pad : pad + rows, pad : pad + columns] = x
        return out
    widths = tuple((0, 0) for _ in x.shape[:-2]) + ((pad, pad), (pad, pad))
    return np.pad(x, widths, "edge" if mode == "replicate" else "reflect")


# --- receptive_field --------------------------------------------------------------------------

STRIDE_ONE, ANY_STRIDE = "stride 1", "any stride"
receptive_field = Exercise(
    points={STRIDE_ONE: 0.25, ANY_STRIDE: 0.75},
    visible=(STRIDE_ONE, STRIDE_ONE, ANY_STRIDE, ANY_STRIDE, STRIDE_ONE),
)


@receptive_field.cases
def _(rng):
    for layers in ([], [(3, 1)], [(1, 1), (1, 1)], [(3, 1), (5, 1), (2, 1)], [(7, 1), (1, 1)]):
        yield Case(STRIDE_ONE, "as_list", layers=layers)
    for layers in (
        [(3, 2)],
        [(1, 2), (3, 1)],
        [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)],
        [(11, 4), (3, 2), (5, 1), (3, 2)],
        [(3, 3), (3, 2), (2, 2)],
    ):
        yield Case(ANY_STRIDE, "as_list", layers=layers)
    for count in (2, 4, 6):
        pairs = zip(rng.integers(1, 6, size=count), rng.integers(1, 4, size=count), strict=True)
        layers = [(int(kernel), int(stride)) for kernel, stride in pairs]
        yield Case(ANY_STRIDE, "as_list", layers=layers)


receptive_field.mistake(
    "strides are ignored",
    "Two layers of kernel 3, the first with stride 2: draw what the upper one sees.",
    "(kernel - 1) * jump",
    "(kernel - 1)",
)
receptive_field.mistake(
    "the layer's own stride counts already",
    "One layer alone, kernel 5, stride 3: how many pixels does one of its units see?",
    "        size += (kernel - 1) * jump\n        jump *= stride",
    "        jump *= stride\n        size += (kernel - 1) * jump",
)
receptive_field.mistake(
    "the whole kernel is added",
    "A layer with a kernel of 1 sees no more than was seen before. And with yours?",
    "(kernel - 1) * jump",
    "kernel * jump",
)
receptive_field.mistake(
    "from the wrong end",
    "Which of the layers is the first in the list: the one at the picture, or the last one?",
    "in layers:",
    "in reversed(layers):",
)
receptive_field.mistake(
    "sizes are multiplied",
    "Two layers of 3 x 3 on top of each other: the windows overlap. Is it 9 pixels?",
    "size += (kernel - 1) * jump",
    "size *= kernel",
)
receptive_field.mistake(
    "strides are added up",
    "Two layers of stride 3: how far apart in the picture are neighbours of the second map?",
    "jump *= stride",
    "jump += stride - 1",
)


@receptive_field.alternative("from the unit down to the picture")
def from_the_unit_down(layers):
    size = 1
    for kernel, stride in layers[::-1]:
        size = (size - 1) * stride + kernel
    return size


@receptive_field.alternative("the formula as it stands")
def as_it_stands(layers):
    jumps = [int(np.prod([s for _, s in layers[:depth]])) for depth in range(len(layers))]
    return 1 + sum((k - 1) * jump for (k, _), jump in zip(layers, jumps, strict=True))


# --- conv_parameters --------------------------------------------------------------------------

conv_parameters = Exercise(points={"how many": 0.5})


@conv_parameters.cases
def _(rng):
    for channels, filters, height, width in (
        (1, 20, 5, 5),
        (3, 96, 11, 11),
        (6, 16, 5, 5),
        (4, 1, 3, 2),
        (5, 7, 1, 1),
        (2, 3, 1, 4),
    ):
        yield Case("how many", channels=channels, filters=filters, height=height, width=width)
    sizes = [int(size) for size in rng.integers(2, 30, size=4)]
    yield Case("how many", channels=sizes[0], filters=sizes[1], height=sizes[2], width=sizes[3])


conv_parameters.mistake(
    "no biases",
    "What does a filter add after the sum of the products?",
    "filters * (channels * height * width + 1)",
    "filters * channels * height * width",
)
conv_parameters.mistake(
    "one bias for all",
    "How many biases does the formula have, b or b_f?",
    "filters * (channels * height * width + 1)",
    "filters * channels * height * width + 1",
)
conv_parameters.mistake(
    "the channels are forgotten",
    "What is the shape of one filter for a colour picture?",
    "channels * height * width",
    "height * width",
)
conv_parameters.mistake(
    "a bias for each channel",
    "A filter adds all channels up to one map. How many biases can you tell apart in that sum?",
    "filters * (channels * height * width + 1)",
    "filters * channels * (height * width + 1)",
)
conv_parameters.mistake(
    "a square kernel taken for granted",
    "Try a kernel of 4 x 1. Does your number depend on the width?",
    "height * width",
    "height * height",
)


@conv_parameters.alternative("two arrays are made and counted")
def made_and_counted(channels, filters, height, width):
    return np.empty((filters, channels, height, width)).size + np.empty(filters).size


@conv_parameters.alternative("weights and biases apart")
def weights_and_biases(channels, filters, height, width):
    weights = int(np.prod([height, width, channels, filters]))
    return weights + filters


# --- im2col -----------------------------------------------------------------------------------

PLAIN, JUMPING = "stride 1, no padding", "stride and padding"
im2col = Exercise(
    points={PLAIN: 1, JUMPING: 0.5},
    uses=("pad2d", "output_size"),
    visible=(PLAIN, JUMPING, JUMPING),
)

GEOMETRIES = (
    # pictures, window, stride, padding
    ((2, 3, 4, 5), (3, 2), 1, 0),
    ((1, 2, 3, 3), (1, 1), 1, 0),
    ((2, 1, 3, 4), (3, 4), 1, 0),
    ((3, 2, 2, 5), (2, 3), 1, 0),
    ((2, 2, 5, 4), (3, 3), 1, 1),
    ((1, 3, 7, 6), (3, 2), 2, 1),
    ((2, 2, 5, 8), (2, 3), 3, 0),
    ((1, 1, 4, 3), (2, 2), 2, 2),
    ((2, 1, 3, 5), (1, 3), 2, 0),
    ((1, 2, 4, 4), (1, 1), 3, 0),
)
"""Uneven strides, stride 3, no padding and 2, 1 x 1, not square, one picture, one channel."""


def kind_of(stride, pad):
    """The criterion of a geometry."""
    return PLAIN if (stride, pad) == (1, 0) else JUMPING


def places_of(shape, window, stride, pad):
    """How many rows and columns of places a window has."""
    return tuple(
        (size + 2 * pad - part) // stride + 1 for size, part in zip(shape[2:], window, strict=True)
    )


@im2col.cases
def _(rng):
    for shape, (height, width), stride, pad in GEOMETRIES:
        sizes = {"height": height, "width": width, "stride": stride, "pad": pad}
        yield Case(kind_of(stride, pad), x=numbers(rng, shape), **sizes)
    for x in (
        numbers(rng, (2, 2, 4, 3)).astype(np.float32),
        build("swapped", values=numbers(rng, (1, 2, 3, 5))),
        build("every_other", values=numbers(rng, (2, 1, 4, 7))),
    ):
        yield Case(PLAIN, x=x, height=2, width=3, stride=1, pad=0)
        yield Case(JUMPING, x=x, height=2, width=3, stride=2, pad=1)


wrong_columns = wrong_versions(
    im2col,
    """def im2col(x, height, width, stride, pad):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(x, (height, width), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    n, channels, rows, columns = windows.shape[:4]
    ordered = windows.transpose(0, 1, 4, 5, 2, 3)
    return ordered.reshape(n, channels * height * width, rows * columns)
""",
)
wrong_columns(
    "windows as rows",
    "Look at your first column: does it hold one window, or one pixel of every window?",
    "    return ordered.reshape(n, channels * height * width, rows * columns)\n",
    "    result = ordered.reshape(n, channels * height * width, rows * columns)\n"
    "    return result.transpose(0, 2, 1)\n",
)
wrong_columns(
    "reshaped without putting the axes in order",
    "`reshape` never moves a number past another one. Is your first column the first window?",
    "windows.transpose(0, 1, 4, 5, 2, 3)",
    "windows",
)
wrong_columns(
    "channels last in the column",
    "In which order does `w.reshape(F, -1)` have its weights? Try two channels.",
    "windows.transpose(0, 1, 4, 5, 2, 3)",
    "windows.transpose(0, 4, 5, 1, 2, 3)",
)
wrong_columns(
    "windows read column by column",
    "Down a column of the result: is the second number right of the first, or below it?",
    "windows.transpose(0, 1, 4, 5, 2, 3)",
    "windows.transpose(0, 1, 5, 4, 2, 3)",
)
wrong_columns(
    "places ordered column by column",
    "Which window stands in your second column: the one to the right, or the one below?",
    "windows.transpose(0, 1, 4, 5, 2, 3)",
    "windows.transpose(0, 1, 4, 5, 3, 2)",
)
wrong_columns(
    "the stride is ignored",
    "Where does place 1 begin, with stride 2? And how many places are there?",
    "    windows = windows[:, :, ::stride, ::stride]\n",
    "",
)
wrong_columns(
    "no padding",
    "With pad = 1, which numbers should the first window begin with?",
    "    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))\n",
    "",
)
wrong_columns(
    "a padding of 1, whatever is asked for",
    "Call it with pad = 0. Do you see zeros that are not in the picture?",
    "(pad, pad), (pad, pad)))",
    "(1, 1), (1, 1)))",
)


@im2col.alternative("window by window")
def window_by_window(x, height, width, stride, pad):
    framed = np.pad(x, [(0, 0)] * 2 + [(pad, pad)] * 2)
    found = []
    for r in range(0, framed.shape[2] - height + 1, stride):
        row = framed[:, :, r : r + height]
        starts = range(0, framed.shape[3] - width + 1, stride)
        found.extend(row[:, :, :, c : c + width].reshape(len(x), -1) for c in starts)
    return np.stack(found, axis=2)


FULL = "found = np.zeros((n, channels, height, width, rows, columns)"
for line in (
    f"{FULL})",
    f"{FULL}, dtype='float32')",
    f"{FULL.replace('zeros', 'ones')}, dtype=x.dtype)",
):
    im2col.equivalent(line, "every entry is written, and any kind of float will do")


# --- conv_forward -----------------------------------------------------------------------------

CACHE = "the cache"
conv_forward = Exercise(
    points={PLAIN: 1, JUMPING: 0.5, CACHE: 0.5},
    uses=("im2col", "pad2d", "output_size"),
    visible=(PLAIN, PLAIN, JUMPING, CACHE),
)


def layers_of(rng):
    """x, w, b, stride and pad of convolution layers, and the shape of x."""
    for number, (shape, window, stride, pad) in enumerate(GEOMETRIES):
        filters = (3, 1, 2)[number % 3]
        w = numbers(rng, (filters, shape[1], *window))
        yield numbers(rng, shape), w, numbers(rng, filters), stride, pad, shape
    shape = (2, 2, 5, 4)
    for stride, pad in ((1, 0), (2, 1)):
        arrays = [numbers(rng, s).astype(np.float32) for s in (shape, (3, 2, 3, 2), 3)]
        yield *arrays, stride, pad, shape
        x = build("swapped", values=numbers(rng, (2, 2, 4, 5)))
        yield x, numbers(rng, (2, 2, 2, 3)), numbers(rng, 2), stride, pad, shape
        x = build("every_other", values=numbers(rng, (2, 2, 5, 7)))
        yield x, numbers(rng, (2, 2, 3, 2)), numbers(rng, 2), stride, pad, shape


@conv_forward.cases
def _(rng):
    for x, w, b, stride, pad, _ in layers_of(rng):
        layer = {"x": x, "w": w, "b": b, "stride": stride, "pad": pad}
        yield Case(kind_of(stride, pad), "convolved", **layer, _part=0)
        yield Case(CACHE, "convolved", **layer, _part=1)


wrong_layer = wrong_versions(
    conv_forward,
    """def conv_forward(x, w, b, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    out = np.einsum("narcij,faij->nfrc", windows, w)
    out = out + b[:, np.newaxis, np.newaxis]
    return out, (x, w, b, stride, pad)
""",
)
wrong_layer(
    "a true convolution",
    "A convolution layer correlates. Do you turn the kernels round?",
    '"narcij,faij->nfrc", windows, w)',
    '"narcij,faij->nfrc", windows, w[:, :, ::-1, ::-1])',
)
wrong_layer(
    "the bias is left out",
    "With all weights zero, what should come out?",
    "    out = out + b[:, np.newaxis, np.newaxis]\n",
    "",
)
wrong_layer(
    "the stride is ignored",
    "With stride 2, where does output 1 begin, and how many outputs are there?",
    "    windows = windows[:, :, ::stride, ::stride]\n",
    "",
)
wrong_layer(
    "no padding",
    "Compare the shape of your output with what `output_size` says, with pad = 1.",
    "(pad, pad), (pad, pad)))",
    "(0, 0), (0, 0)))",
)
wrong_layer(
    "a padding of 1, whatever is asked for",
    "Call it with pad = 0. How large is your output, and how large should it be?",
    "(pad, pad), (pad, pad)))",
    "(1, 1), (1, 1)))",
)
wrong_layer(
    "only the first channel",
    "Set the second channel of x to zeros. Does your output notice?",
    'out = np.einsum("narcij,faij->nfrc", windows, w)',
    'out = np.einsum("narcij,faij->nfrc", windows[:, :1], w[:, :1])',
)
wrong_layer(
    "the mean over the channels",
    "Does the formula divide by the number of channels?",
    "windows, w)",
    "windows, w) / x.shape[1]",
)
wrong_layer(
    "the padded picture in the cache",
    "Which x is agreed for the cache: the one that came in, or the one with a frame?",
    "return out, (x, w, b, stride, pad)",
    "return out, (np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), w, b, stride, pad)",
)
wrong_layer(
    "the cache ends too early",
    "Five things are agreed for the cache. Which are missing?",
    "return out, (x, w, b, stride, pad)",
    "return out, (x, w, b)",
)


@conv_forward.alternative("columns and one product")
def columns_and_product(x, w, b, stride, pad):
    columns = im2col(x, w.shape[2], w.shape[3], stride, pad)
    out = w.reshape(len(w), -1) @ columns + b[:, np.newaxis]
    rows = output_size(x.shape[2], w.shape[2], pad, stride)
    return out.reshape(len(x), len(w), rows, -1), (x, w, b, stride, pad)


@conv_forward.alternative("weight by weight")
def weight_for_weight(x, w, b, stride, pad):
    framed = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows = (framed.shape[2] - w.shape[2]) // stride + 1
    columns = (framed.shape[3] - w.shape[3]) // stride + 1
    out = np.zeros((len(x), len(w), rows, columns)) + b.reshape(1, -1, 1, 1)
    for i, j in np.ndindex(w.shape[2:]):
        down = slice(i, i + stride * rows, stride)
        part = framed[:, :, down, j : j + stride * columns : stride]
        out += np.tensordot(part, w[:, :, i, j], axes=(1, 1)).transpose(0, 3, 1, 2)
    return out, [x, w, b, stride, pad]


conv_forward.equivalent(
    "strips = strips.reshape(channels * width, n, high + 2 * pad, wide + 2 * pad - width + 1)",
    "only the last two axes are read before the first two get their sizes again",
)


# --- col2im -----------------------------------------------------------------------------------

col2im = Exercise(
    points={PLAIN: 1, JUMPING: 0.5}, uses=("output_size",), visible=(PLAIN, JUMPING, JUMPING)
)


@col2im.cases
def _(rng):
    for shape, (height, width), stride, pad in GEOMETRIES:
        rows, columns = places_of(shape, (height, width), stride, pad)
        entries = numbers(rng, (shape[0], shape[1] * height * width, rows * columns))
        sizes = {"height": height, "width": width, "stride": stride, "pad": pad}
        yield Case(kind_of(stride, pad), columns=entries, shape=shape, **sizes)
    for entries in (
        numbers(rng, (2, 8, 6)).astype(np.float32),
        build("swapped", values=numbers(rng, (2, 6, 8))),
    ):
        yield Case(PLAIN, columns=entries, shape=(2, 2, 3, 4), height=2, width=2, stride=1, pad=0)


wrong_picture = wrong_versions(
    col2im,
    """def col2im(columns, shape, height, width, stride, pad):
    n, channels, H, W = shape
    framed = np.zeros((n, channels, H + 2 * pad, W + 2 * pad))
    windows = columns.reshape(n, channels, height, width, -1)
    place = 0
    for r in range(0, H + 2 * pad - height + 1, stride):
        for c in range(0, W + 2 * pad - width + 1, stride):
            framed[:, :, r : r + height, c : c + width] += windows[..., place]
            place = place + 1
    return framed[:, :, pad : pad + H, pad : pad + W]
""",
)
wrong_picture(
    "= for +=",
    "How many windows saw the pixel in the middle? Whose entry is left there?",
    "c : c + width] += windows",
    "c : c + width] = windows",
)
wrong_picture(
    "0:-0",
    "What is `x[0:-0]`? Print it.",
    "framed[:, :, pad : pad + H, pad : pad + W]",
    "framed[:, :, pad:-pad, pad:-pad]",
)
wrong_picture(
    "the frame is not cut off",
    "What shape was asked for, and what shape comes back with pad = 1?",
    "framed[:, :, pad : pad + H, pad : pad + W]",
    "framed",
)
wrong_picture(
    "the wrong end of the frame is cut off",
    "Where does the picture begin in its frame: at row 0 or at row `pad`?",
    "framed[:, :, pad : pad + H, pad : pad + W]",
    "framed[:, :, :H, :W]",
)
wrong_picture(
    "the mean instead of the sum",
    "A value goes into four windows. Is what comes back from them added, or averaged?",
    "    return framed[:, :, pad : pad + H, pad : pad + W]\n",
    "    seen = np.zeros_like(framed)\n"
    "    for r in range(0, H + 2 * pad - height + 1, stride):\n"
    "        for c in range(0, W + 2 * pad - width + 1, stride):\n"
    "            seen[:, :, r : r + height, c : c + width] += 1\n"
    "    return (framed / np.maximum(seen, 1))[:, :, pad : pad + H, pad : pad + W]\n",
)
wrong_picture(
    "windows side by side",
    "Where does window 1 begin: at `stride`, or at the end of window 0?",
    "    place = 0\n    for r in range(0, H + 2 * pad - height + 1, stride):\n"
    "        for c in range(0, W + 2 * pad - width + 1, stride):\n"
    "            framed[:, :, r : r + height, c : c + width] += windows[..., place]\n"
    "            place = place + 1\n",
    "    for r in range((H + 2 * pad - height) // stride + 1):\n"
    "        for c in range((W + 2 * pad - width) // stride + 1):\n"
    "            part = framed[:, :, r : r + height, c : c + width]\n"
    "            place = r * ((W + 2 * pad - width) // stride + 1) + c\n"
    "            part += windows[..., place][:, :, : part.shape[2], : part.shape[3]]\n",
)
wrong_picture(
    "columns taken for windows one after the other",
    "Is the first window the first column of a matrix, or its first `height * width` numbers?",
    "windows = columns.reshape(n, channels, height, width, -1)",
    "windows = np.moveaxis(columns.reshape(n, channels, -1, height, width), 2, -1)",
)


@col2im.alternative("by the places of the pixels")
def by_place_of_pixel(columns, shape, height, width, stride, pad):
    n, channels, H, W = shape
    sides = H + 2 * pad, W + 2 * pad
    places = np.arange(sides[0] * sides[1]).reshape(sides)
    windows = sliding_window_view(places, (height, width))[::stride, ::stride]  # noqa: F821
    where = windows.transpose(2, 3, 0, 1).ravel()
    flat = np.asarray(columns, dtype=float).reshape(n * channels, -1)
    found = np.stack([np.bincount(where, weights=one, minlength=places.size) for one in flat])
    return found.reshape(n, channels, *sides)[:, :, pad : H + pad, pad : W + pad]


FRAMED = "x = np.zeros((n, channels, rows + 2 * pad, cols + 2 * pad)"
for line in (f"{FRAMED})", f"{FRAMED}, dtype='float32')"):
    col2im.equivalent(line, "any kind of float will do")
for line in (FRAMED.replace("rows + 2", "rows + 3"), FRAMED.replace("cols + 2", "cols + 3")):
    col2im.equivalent(f"{line}, dtype=columns.dtype)", "what is too much is cut off with the frame")


# --- transpose_test ---------------------------------------------------------------------------

ERROR, BOTH_ZERO = "the error", "both sides zero"
transpose_test = Exercise(
    points={ERROR: Criterion(0.75, rtol=1e-6, atol=1e-9), BOTH_ZERO: 0.25},
    visible=(ERROR, ERROR, BOTH_ZERO, ERROR),
)


@transpose_test.cases
def _(rng):
    for x_shape, y_shape in (((3,), (2,)), ((2, 3), (4,)), ((1, 2, 2), (3, 2)), ((4,), (4,))):
        sizes = int(np.prod(y_shape)), int(np.prod(x_shape))
        A, other = numbers(rng, sizes), numbers(rng, sizes)
        forward = build("linear", matrix=A, shape=y_shape)
        x, y = numbers(rng, x_shape), numbers(rng, y_shape)
        for matrix in (A.T, other.T, -A.T, 2 * A.T, A.T + 0.01 * other.T):
            backward = build("linear", matrix=matrix, shape=x_shape)
            yield Case(ERROR, forward=forward, backward=backward, x=x, y=y)
        backward = build("linear", matrix=other.T, shape=x_shape)
        yield Case(BOTH_ZERO, forward=forward, backward=backward, x=0 * x, y=y)
        yield Case(BOTH_ZERO, forward=forward, backward=backward, x=x, y=0 * y)
    forward = build("linear", matrix=np.zeros((2, 3)), shape=(2,))
    backward = build("linear", matrix=numbers(rng, (3, 2), 0.5, 2), shape=(3,))
    yield Case(ERROR, forward=forward, backward=backward, x=np.ones(3), y=np.ones(2))
    halves = [numbers(rng, size).astype(np.float32) for size in ((2, 3), 3, 2)]
    forward = build("linear", matrix=halves[0], shape=(2,))
    backward = build("linear", matrix=2 * halves[0].T, shape=(3,))
    yield Case(ERROR, forward=forward, backward=backward, x=halves[1], y=halves[2])


transpose_test.mistake(
    "an absolute error",
    "Multiply both maps by 1000: they are as right or wrong as before. Is your number the same?",
    "return abs(p - q) / size if size > 0 else 0.0",
    "return abs(p - q)",
)
transpose_test.mistake(
    "zero divided by zero",
    "What is 0 / 0, and what should come out where both sides are 0?",
    " if size > 0 else 0.0",
    "",
)
transpose_test.mistake(
    "the sign is kept",
    "Can an error be negative? Exchange the sign of x and look.",
    "return abs(p - q)",
    "return (p - q)",
)
transpose_test.mistake(
    "no absolute values below the line",
    "What does p + q become when both are negative? And when they cancel?",
    "size = abs(p) + abs(q)",
    "size = p + q",
)
transpose_test.mistake(
    "only one side below the line",
    "Which two sizes are added below the line?",
    "size = abs(p) + abs(q)",
    "size = abs(p)",
)
transpose_test.mistake(
    "added instead of subtracted",
    "What should the error be when both sides agree?",
    "abs(p - q)",
    "abs(p + q)",
)


@transpose_test.alternative("flat vectors")
def flat_vectors(forward, backward, x, y):
    p = np.ravel(forward(x)) @ np.ravel(y)
    q = np.ravel(x) @ np.ravel(backward(y))
    if p == 0 and q == 0:
        return 0.0
    return float(np.abs(p - q) / (np.abs(p) + np.abs(q)))


@transpose_test.alternative("vdot")
def by_vdot(forward, backward, x, y):
    sides = np.array([np.vdot(y, forward(x)), np.vdot(backward(y), x)])
    below = np.linalg.norm(sides, ord=1)
    return abs(sides[0] - sides[1]) / below if below else 0


transpose_test.equivalent("return abs(q - p) / size if size > 0 else 0.0", SWAPPED)


# --- conv_backward ----------------------------------------------------------------------------

PARTS = ("dx", "dw", "db")
conv_backward = Exercise(
    points={"dx": 1.5, "dw": 0.5, "db": 0.5},
    uses=("im2col", "col2im", "pad2d", "output_size"),
    visible=("dx", "dx", "dw", "db", "dx"),
)


@conv_backward.cases
def _(rng):
    for x, w, b, stride, pad, shape in layers_of(rng):
        rows, columns = places_of(shape, w.shape[2:], stride, pad)
        dout = numbers(rng, (shape[0], len(w), rows, columns))
        if w.dtype == np.float32:
            dout = dout.astype(np.float32)
        slopes = w.reshape(len(w), -1).T @ dout.reshape(*dout.shape[:2], -1)
        given = {"dout": dout, "cache": (x, w, b, stride, pad), "_columns": slopes}
        for number, name in enumerate(PARTS):
            yield Case(name, "part", **given, _part=number)
    turned = numbers(rng, (2, 3, 2, 4))
    dout = build("swapped", values=turned)
    cache = numbers(rng, (2, 1, 4, 5)), numbers(rng, (3, 1, 1, 4)), numbers(rng, 3), 1, 0
    slopes = cache[1].reshape(3, -1).T @ turned.swapaxes(-1, -2).reshape(2, 3, -1)
    for number, name in enumerate(PARTS):
        yield Case(name, "part", dout=dout, cache=cache, _columns=slopes, _part=number)


wrong_way_back = wrong_versions(
    conv_backward,
    """def conv_backward(dout, cache):
    x, w, b, stride, pad = cache
    rows, columns = dout.shape[2:]
    height, width = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for r in range(rows):
        for c in range(columns):
            i, j = r * stride, c * stride
            window = padded[:, :, i : i + height, j : j + width]
            dwindow = np.einsum("nf,faij->naij", dout[:, :, r, c], w)
            dw += np.einsum("nf,naij->faij", dout[:, :, r, c], window)
            dpadded[:, :, i : i + height, j : j + width] += dwindow
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return dx, dw, dout.sum(axis=(0, 2, 3))
""",
)
wrong_way_back(
    "0:-0",
    "What is `x[0:-0]`? Look at the shape of your dx for pad = 0.",
    "pad : pad + x.shape[2], pad : pad + x.shape[3]]",
    "pad:-pad, pad:-pad]",
)
wrong_way_back(
    "= for +=",
    "How many outputs saw this pixel? Whose share is left?",
    "j : j + width] += dwindow",
    "j : j + width] = dwindow",
)
wrong_way_back(
    "the stride is forgotten",
    "Where does output 1 begin in the picture, with stride 2?",
    "i, j = r * stride, c * stride",
    "i, j = r, c",
)
wrong_way_back(
    "only as far as the windows reach",
    "The last pixels may be seen by no window at all. Does your dx have a place for them?",
    "dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]",
    "dpadded[:, :, pad : stride * (rows - 1) + height - pad, "
    "pad : stride * (columns - 1) + width - pad]",
)
wrong_way_back(
    "the frame is not cut off",
    "Compare the shape of your dx with that of x, with padding.",
    "dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]",
    "dpadded",
)
wrong_way_back(
    "the kernel is turned round",
    "The weight that multiplied a pixel on the way forth: is it the one that comes with its slope?",
    '"nf,faij->naij", dout[:, :, r, c], w)',
    '"nf,faij->naij", dout[:, :, r, c], w[:, :, ::-1, ::-1])',
)
wrong_way_back(
    "dw of the last place only",
    "At how many places is a weight used? Does each of them add something to your dw?",
    "dw += np.einsum",
    "dw = np.einsum",
)
wrong_way_back(
    "dw and db divided by N",
    "The loss has divided by N already. Is there a mean in the formulas?",
    "return dx, dw, dout.sum(axis=(0, 2, 3))",
    "return dx, dw / len(x), dout.sum(axis=(0, 2, 3)) / len(x)",
)
wrong_way_back(
    "db is a mean over the places",
    "Nudge a bias by 0.01: how many outputs of its map move?",
    "dout.sum(axis=(0, 2, 3))",
    "dout.mean(axis=(2, 3)).sum(axis=0)",
)
wrong_way_back(
    "db keeps other axes",
    "What is the shape of b? And of your db?",
    "dout.sum(axis=(0, 2, 3))",
    "dout.sum(axis=(0, 2, 3), keepdims=True)",
)
wrong_way_back(
    "db for each picture",
    "One bias serves all pictures. Over which axes must be summed?",
    "dout.sum(axis=(0, 2, 3))",
    "dout.sum(axis=(2, 3))",
)
wrong_way_back(
    "dw of windows without the frame",
    "On the way forth the windows were cut from the padded picture. And on the way back?",
    "window = padded[:, :, i : i + height, j : j + width]",
    "window = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))"
    "[:, :, i : i + height, j : j + width]",
)
wrong_way_back(
    "dx and dw exchanged",
    "In which order does the text ask for the three?",
    "return dx, dw,",
    "return dw, dx,",
)


@conv_backward.alternative("columns and two products")
def columns_and_products(dout, cache):
    x, w, _, stride, pad = cache
    slopes = dout.reshape(len(dout), len(w), -1)
    columns = im2col(x, w.shape[2], w.shape[3], stride, pad)
    dw = np.einsum("nfp,nkp->fk", slopes, columns).reshape(w.shape)
    dcolumns = w.reshape(len(w), -1).T @ slopes
    return (
        col2im(dcolumns, x.shape, w.shape[2], w.shape[3], stride, pad),
        dw,
        slopes.sum(axis=2).sum(axis=0),
    )


@conv_backward.alternative("slopes spread out, then a convolution")
def spread_out(dout, cache):
    x, w, _, stride, pad = cache
    n, filters, rows, columns = dout.shape
    height, width = w.shape[2:]
    framed = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    spread = np.zeros((n, filters, framed.shape[2] - height + 1, framed.shape[3] - width + 1))
    spread[:, :, : stride * rows : stride, : stride * columns : stride] = dout
    windows = sliding_window_view(framed, (height, width), axis=(2, 3))  # noqa: F821
    dw = np.tensordot(spread, windows, axes=((0, 2, 3), (0, 2, 3)))
    around = np.pad(spread, ((0, 0), (0, 0), (height - 1,) * 2, (width - 1,) * 2))
    seen = sliding_window_view(around, (height, width), axis=(2, 3))  # noqa: F821
    dx = np.einsum("nfrcij,faij->narc", seen, w[:, :, ::-1, ::-1])
    return [
        dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]],
        dw,
        np.einsum("nfrc->f", dout),
    ]


conv_backward.equivalent(
    "dstrips, dw = (np.zeros_like(strips), np.ones_like(w))", "every entry of dw is written"
)
conv_backward.equivalent(
    "dx = col2im(dstrips, x.shape, 1, width, 1, pad)", "col2im gives it a shape of its own"
)


# --- pooling ----------------------------------------------------------------------------------

POOLS = (
    # maps, window, stride
    ((2, 3, 4, 6), (2, 2), 2),
    ((1, 1, 5, 7), (2, 2), 2),
    ((2, 2, 6, 4), (2, 3), 3),
    ((1, 2, 3, 4), (3, 4), 1),
    ((2, 1, 4, 3), (1, 1), 1),
    ((3, 2, 4, 5), (1, 2), 2),
)
"""Windows that do not overlap; not square, uneven, the whole map, one pixel."""
OVERLAPS = (
    ((2, 2, 5, 5), (3, 3), 2),
    ((1, 3, 4, 5), (2, 3), 1),
    ((2, 1, 6, 7), (3, 2), 1),
    ((1, 1, 7, 8), (3, 3), 2),
    ((2, 2, 5, 4), (4, 2), 1),
)
OUTPUT = "the output"


def all_different(rng, shape):
    """Numbers of both signs, no two of them alike, so that every window has one winner."""
    size = int(np.prod(shape))
    return (rng.permutation(size) - size // 2).reshape(shape) / 4


def maps_of(rng):
    """Maps, window and stride of pooling layers, and the shape of the maps."""
    for shape, window, stride in POOLS + OVERLAPS:
        yield all_different(rng, shape), window, stride, shape
    yield all_different(rng, (2, 1, 4, 4)) - 10, (2, 2), 2, (2, 1, 4, 4)
    shape = (2, 2, 4, 5)
    yield all_different(rng, shape).astype(np.float32), (2, 2), 2, shape
    yield build("swapped", values=all_different(rng, (2, 2, 5, 4))), (3, 2), 1, shape
    yield build("every_other", values=all_different(rng, (2, 2, 4, 9))), (2, 3), 2, shape


def pooling_cases(rng):
    """Cases of a pooling layer's way forth."""
    for x, (height, width), stride, _ in maps_of(rng):
        given = {"x": x, "height": height, "width": width, "stride": stride}
        yield Case(OUTPUT, "output", **given, _part=0)
        yield Case(CACHE, "output", **given, _part=1)


max_pool_forward = Exercise(
    points={OUTPUT: 0.75, CACHE: 0.25},
    uses=("output_size",),
    visible=(OUTPUT, OUTPUT, OUTPUT, CACHE),
)
max_pool_forward.cases(pooling_cases)

WINDOWS_OF_A_MAP = """def pool_forward(x, height, width, stride):
    windows = sliding_window_view(x, (height, width), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    out = windows.max(axis=(4, 5))
    return out, (x, height, width, stride)
"""
wrong_maximum = wrong_versions(max_pool_forward, WINDOWS_OF_A_MAP)
wrong_mean = wrong_versions(
    avg_pool_forward := Exercise(
        points={OUTPUT: 0.25, CACHE: 0.25}, visible=(OUTPUT, OUTPUT, OUTPUT, CACHE)
    ),
    WINDOWS_OF_A_MAP.replace("windows.max(", "windows.mean("),
)
avg_pool_forward.cases(pooling_cases)

for wrong in (wrong_maximum, wrong_mean):
    wrong(
        "height and width mixed up",
        "Use a window of 1 x 3. Is it one high, or one wide?",
        "(x, (height, width), axis",
        "(x, (width, height), axis",
    )
    wrong(
        "the stride is taken for the window's size",
        "Window 2, stride 1: where does window 1 begin?",
        "::stride, ::stride",
        "::height, ::width",
    )
    wrong(
        "the stride is ignored",
        "How many places has a window of 1 x 3 with stride 2 in a row of 4?",
        "::stride, ::stride",
        ":, :",
    )
    wrong(
        "the output in the cache",
        "The cache holds what came in. What does yours begin with?",
        "return out, (x, height",
        "return out, (out, height",
    )
    wrong(
        "the maps are mixed",
        "How many maps go in, and how many come out?",
        "axis=(4, 5))",
        "axis=(1, 4, 5))",
    )
wrong_maximum(
    "never below zero",
    "Pool a map of negative numbers. Can your result be negative?",
    "windows.max(axis=(4, 5))",
    "windows.max(axis=(4, 5), initial=0)",
)
wrong_maximum(
    "the mean",
    "Is the largest value asked for, or the mean?",
    "windows.max(axis=(4, 5))",
    "windows.mean(axis=(4, 5))",
)
wrong_mean(
    "the sum",
    "Pool a map of ones. What should come out?",
    "windows.mean(axis=(4, 5))",
    "windows.sum(axis=(4, 5))",
)
wrong_mean(
    "divided by a side instead of all cells",
    "How many cells are in a window of 2 x 2?",
    "windows.mean(axis=(4, 5))",
    "windows.sum(axis=(4, 5)) / width",
)
wrong_mean(
    "the maximum",
    "Is the mean asked for, or the largest value?",
    "windows.mean(axis=(4, 5))",
    "windows.max(axis=(4, 5))",
)


@max_pool_forward.alternative("place by place")
def place_by_place(x, height, width, stride):
    rows = (x.shape[2] - height) // stride + 1
    columns = (x.shape[3] - width) // stride + 1
    out = np.empty((*x.shape[:2], rows, columns))
    for r, c in np.ndindex(rows, columns):
        i, j = r * stride, c * stride
        out[:, :, r, c] = np.amax(x[:, :, i : i + height, j : j + width], axis=(2, 3))
    return out, [x, height, width, stride]


@avg_pool_forward.alternative("slices are added up")
def slices_added_up(x, height, width, stride):
    rows, columns = 1 + (np.array(x.shape[2:]) - (height, width)) // stride
    out = np.zeros((*x.shape[:2], rows, columns))
    for i, j in np.ndindex(height, width):
        out += x[:, :, i::stride, j::stride][:, :, :rows, :columns]
    return out / (height * width), (x, height, width, stride)


max_pool_forward.equivalent(
    "out = np.maximum(x[:, :, down, j:j + stride * columns:stride], out)", SWAPPED
)

avg_pool_forward.equivalent(
    "windows = sliding_window_view(x, (height, width), axis=(-2, 3))", "-2 is 2 of four axes"
)

SEPARATE, OVERLAPPING, TIES = "windows side by side", "overlapping windows", "ties"
max_pool_backward = Exercise(
    points={SEPARATE: 0.5, OVERLAPPING: 0.75, TIES: 0.25},
    uses=("max_pool_forward", "output_size"),
    visible=(OVERLAPPING, OVERLAPPING, SEPARATE, TIES),
)


def ways_back(rng):
    """Slopes and cache of a pooling layer, and whether its windows overlap."""
    for x, (height, width), stride, shape in maps_of(rng):
        rows, columns = places_of(shape, (height, width), stride, 0)
        dout = numbers(rng, (*shape[:2], rows, columns))
        if not isinstance(x, Build) and x.dtype == np.float32:
            dout = dout.astype(np.float32)
        yield dout, (x, height, width, stride), stride < max(height, width)
    yield (
        build("swapped", values=numbers(rng, (1, 2, 3, 2))),
        (all_different(rng, (1, 2, 4, 6)), 2, 2, 2),
        False,
    )


@max_pool_backward.cases
def _(rng):
    for dout, cache, overlapping in ways_back(rng):
        yield Case(OVERLAPPING if overlapping else SEPARATE, dout=dout, cache=cache)
    # Side by side, so that each window can be judged by itself.
    for shape, (height, width), stride in (((2, 2, 3, 6), (2, 3), 3), ((1, 1, 4, 4), (2, 2), 2)):
        x = rng.integers(0, 2, size=shape).astype(float)
        x[:, :, :height, :width] = 3.0  # one window in which all are alike
        dout = numbers(rng, (*shape[:2], *places_of(shape, (height, width), stride, 0)), 0.5, 2)
        yield Case(TIES, dout=dout, cache=(x, height, width, stride))


@max_pool_backward.accept(TIES)
def _(case, observation, _reference):
    if not isinstance(observation.value, np.ndarray):
        return "return an array"
    dx, (x, height, width, stride) = observation.value, case.inputs["cache"]
    if dx.shape != x.shape:
        return f"dx has the shape {dx.shape}; x has {x.shape}"
    dout, explained = case.inputs["dout"], np.zeros(x.shape)
    if np.count_nonzero(dx) == dout.size * height * width:
        return "everybody in the window gets it"
    for n, a, r, c in np.ndindex(dout.shape):
        place = np.s_[n, a, r * stride : r * stride + height, c * stride : c * stride + width]
        largest = x[place] == x[place].max()
        came = dx[place]
        if np.allclose(came, dout[n, a, r, c] * largest) and largest.sum() > 1:
            return "every winner of a tie gets all of it"
        if np.allclose(came, dout[n, a, r, c] * largest / largest.sum()) and largest.sum() > 1:
            return "a tie is shared out"
        given = ~np.isclose(came, 0)
        if given.sum() != 1 or not np.isclose(came[given], dout[n, a, r, c]).all():
            return "in each window one cell should get the slope of its output, all of it"
        if not largest[given].all():
            return "a cell that is not the largest of its window gets something"
        explained[place] = came
    if not np.allclose(dx, explained):
        return "cells that are in no window should get 0"
    return True


wrong_winner = wrong_versions(
    max_pool_backward,
    """def max_pool_backward(dout, cache):
    x, height, width, stride = cache
    dx = np.zeros(x.shape)
    for n, a, r, c in np.ndindex(dout.shape):
        i, j = r * stride, c * stride
        window = x[n, a, i : i + height, j : j + width]
        p, q = np.unravel_index(np.argmax(window), window.shape)
        dx[n, a, i + p, j + q] += dout[n, a, r, c]
    return dx
""",
)
wrong_winner(
    "= for +=",
    "Which cells win twice? Do they keep the sum, or the last slope?",
    "j + q] += dout[n, a, r, c]",
    "j + q] = dout[n, a, r, c]",
)
wrong_winner(
    "the stride is taken for the window's size",
    "Try window 2, stride 1: where does window 1 begin?",
    "i, j = r * stride, c * stride",
    "i, j = min(r * height, x.shape[2] - 1), min(c * width, x.shape[3] - 1)",
)
wrong_winner(
    "height and width mixed up",
    "Use windows of 3 x 5. Which of your slices is three long?",
    "i : i + height, j : j + width",
    "i : i + width, j : j + height",
)
wrong_winner(
    "the winner's place in its window",
    "The winner is at (1, 0) of its window. Where is that in the whole map?",
    "j + q] += dout[n, a, r, c]",
    "q] += dout[n, a, r, c]",
    "dx[n, a, i + p, ",
    "dx[n, a, p, ",
)
wrong_winner(
    "dout is not used",
    "Make dout twice as large. Does your dx follow?",
    "+= dout[n, a, r, c]",
    "+= 1",
)
wrong_winner(
    "everybody in the window gets it",
    "Nudge a cell that is not the largest. Does the output of its window move?",
    "        dx[n, a, i + p, j + q] += dout[n, a, r, c]\n",
    "        dx[n, a, i : i + height, j : j + width] += dout[n, a, r, c]\n",
)
wrong_winner(
    "the loser gets it",
    "Which cell of a window can move its output: the largest, or the smallest?",
    "np.argmax(window)",
    "np.argmin(window)",
)
wrong_winner(
    "every winner of a tie gets all of it",
    "A window of four equal numbers: how many cells get something from you, and how much in all?",
    "        dx[n, a, i + p, j + q] += dout[n, a, r, c]\n",
    "        dx[n, a, i : i + height, j : j + width] += dout[n, a, r, c] * (window == window[p, q])\n",
)
wrong_winner(
    "a tie is shared out",
    "The text lets one winner have it. How many cells of a tied window get something from you?",
    "        dx[n, a, i + p, j + q] += dout[n, a, r, c]\n",
    "        won = window == window[p, q]\n"
    "        dx[n, a, i : i + height, j : j + width] += dout[n, a, r, c] * won / won.sum()\n",
)


@max_pool_backward.alternative("the last of the largest")
def last_of_the_largest(dout, cache):
    x, height, width, stride = cache
    windows = sliding_window_view(x, (height, width), axis=(2, 3))  # noqa: F821
    windows = windows[:, :, ::stride, ::stride]
    backwards = windows.reshape(*windows.shape[:4], -1)[..., ::-1]
    winner = height * width - 1 - backwards.argmax(axis=-1)
    n, a, r, c = np.indices(dout.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, a, r * stride + winner // width, c * stride + winner % width), dout)
    return dx


max_pool_backward.equivalent(
    "waiting = np.ones(out.shape, dtype='int64')", "0 and 1 mask as well as False and True"
)


# --- avg_pool_backward ------------------------------------------------------------------------

avg_pool_backward = Exercise(
    points={SEPARATE: 0, OVERLAPPING: 0}, visible=(OVERLAPPING, OVERLAPPING, SEPARATE)
)


@avg_pool_backward.cases
def _(rng):
    for dout, cache, overlapping in ways_back(rng):
        yield Case(OVERLAPPING if overlapping else SEPARATE, dout=dout, cache=cache)


wrong_share = wrong_versions(
    avg_pool_backward,
    """def avg_pool_backward(dout, cache):
    x, height, width, stride = cache
    dx = np.zeros(x.shape)
    for n, a, r, c in np.ndindex(dout.shape):
        i, j = r * stride, c * stride
        dx[n, a, i : i + height, j : j + width] += dout[n, a, r, c] / (height * width)
    return dx
""",
)
wrong_share(
    "= for +=",
    "How many windows hold this cell? Does it get a share from each of them?",
    "j + width] += dout",
    "j + width] = dout",
)
wrong_share(
    "not divided",
    "Nudge one cell of a window of four by 0.4. By how much does the mean move?",
    " / (height * width)",
    "",
)
wrong_share(
    "the stride is taken for the window's size",
    "Try window 2, stride 1: where does window 1 begin?",
    "i, j = r * stride, c * stride",
    "i, j = r * height, c * width",
)
wrong_share(
    "height and width mixed up",
    "Use windows of 3 x 5. Which of your slices is three long?",
    "i : i + height, j : j + width",
    "i : i + width, j : j + height",
)
wrong_share(
    "divided by a side instead of all cells",
    "How many cells share the mean of a window of 2 x 2?",
    "/ (height * width)",
    "/ height",
)


@avg_pool_backward.alternative("slice by slice")
def slice_by_slice(dout, cache):
    x, height, width, stride = cache
    places = [stride * np.arange(size) for size in dout.shape[2:]]
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(height, width):
        dx[:, :, (places[0] + i)[:, np.newaxis], places[1] + j] += dout / height / width
    return dx


# --- cnn_loss ---------------------------------------------------------------------------------

LOSS, SECOND, FIRST = "the loss", "gradients of the last layer", "gradients of the convolution"
cnn_loss = Exercise(
    points={LOSS: 0.25, SECOND: 0.25, FIRST: 0.5},
    uses=("conv_forward", "conv_backward", "max_pool_forward", "max_pool_backward"),
    visible=(LOSS, SECOND, FIRST),
)


def networks(rng):
    """Params, pictures, labels and the pooling windows' side."""

    def params(shape, filters, k, pool, classes, scale=1.0):
        rows = filters * (shape[2] // pool) * (shape[3] // pool)
        shapes = {
            "w1": (filters, shape[1], k, k),
            "b1": (filters,),
            "W2": (rows, classes),
            "b2": (classes,),
        }
        return {name: scale * numbers(rng, s, -1, 1) for name, s in shapes.items()}

    for shape, filters, k, pool, classes in (
        ((3, 1, 4, 6), 2, 3, 2, 3),
        ((2, 2, 6, 4), 3, 3, 2, 2),
        ((1, 1, 6, 6), 2, 5, 3, 4),
        ((2, 3, 5, 5), 2, 1, 2, 3),
        ((3, 1, 4, 4), 4, 3, 4, 2),
        ((2, 2, 3, 4), 1, 3, 1, 3),
    ):
        y = rng.integers(classes, size=shape[0])
        yield params(shape, filters, k, pool, classes), numbers(rng, shape), y, pool
    shape = (2, 1, 4, 4)
    yield params(shape, 2, 3, 2, 3, scale=6.0), 3 * numbers(rng, shape), np.array([1, 1]), 2
    X = build("swapped", values=numbers(rng, (2, 1, 6, 4)))
    yield params((2, 1, 4, 6), 2, 3, 2, 3), X, np.array([0, 2]), 2
    halves = {n: a.astype(np.float32) for n, a in params(shape, 2, 3, 2, 3).items()}
    yield halves, numbers(rng, shape).astype(np.float32), np.array([2, 0]), 2


@cnn_loss.cases
def _(rng):
    for params, X, y, pool in networks(rng):
        given = {"params": params, "X": X, "y": y, "pool": pool}
        yield Case(LOSS, "loss", **given)
        yield Case(SECOND, "gradients", **given, _names=["W2", "b2"])
        yield Case(FIRST, "gradients", **given, _names=["w1", "b1"])


wrong_network = wrong_versions(
    cnn_loss,
    """def cnn_loss(params, X, y, pool):
    w, b, W2, b2 = params["w1"], params["b1"], params["W2"], params["b2"]
    N, p = len(X), w.shape[2] // 2
    windows = np.pad(X, ((0, 0), (0, 0), (p, p), (p, p)))
    windows = sliding_window_view(windows, w.shape[2:], axis=(2, 3))
    maps = np.einsum("narcij,faij->nfrc", windows, w) + b[:, np.newaxis, np.newaxis]
    bent = np.maximum(maps, 0)
    R, C = bent.shape[2] // pool, bent.shape[3] // pool
    cut = bent[:, :, : R * pool, : C * pool].reshape(N, -1, R, pool, C, pool)
    cells = cut.transpose(0, 1, 2, 4, 3, 5).reshape(N, -1, R, C, pool * pool)
    winner = cells.argmax(axis=4)[..., np.newaxis]
    pooled = np.take_along_axis(cells, winner, axis=4)
    rows = pooled.reshape(N, -1)
    scores = rows @ W2 + b2
    loss, dscores = softmax_loss(scores, y)
    dpooled = (dscores @ W2.T).reshape(pooled.shape)
    dcells = np.zeros(cells.shape)
    np.put_along_axis(dcells, winner, dpooled, axis=4)
    dcut = dcells.reshape(N, -1, R, C, pool, pool).transpose(0, 1, 2, 4, 3, 5)
    dmaps = np.zeros(maps.shape)
    dmaps[:, :, : R * pool, : C * pool] = dcut.reshape(N, -1, R * pool, C * pool)
    dmaps = dmaps * (maps > 0)
    dw1 = np.einsum("nfrc,narcij->faij", dmaps, windows)
    db1 = dmaps.sum(axis=(0, 2, 3))
    return loss, {"w1": dw1, "b1": db1, "W2": rows.T @ dscores, "b2": dscores.sum(axis=0)}
""",
)
wrong_network(
    "the ReLU is left out on the way back",
    "Where the ReLU was off, does a nudge of the map change the loss? What do your gradients say?",
    "    dmaps = dmaps * (maps > 0)\n",
    "",
)
wrong_network(
    "the ReLU is left out",
    "Print the smallest pooled number, for weights that make negative maps. Can it be negative?",
    "bent = np.maximum(maps, 0)",
    "bent = maps",
    "    dmaps = dmaps * (maps > 0)\n",
    "",
)
wrong_network(
    "divided by N twice",
    "Write each picture twice: the loss stays. Do your gradients?",
    "loss, dscores = softmax_loss(scores, y)",
    "loss, dscores = softmax_loss(scores, y)\n    dscores = dscores / N",
)
wrong_network(
    "maps are flattened in another order on the way back",
    "Which axis comes first in the rows, and which when you make maps of them again?",
    "dpooled = (dscores @ W2.T).reshape(pooled.shape)",
    "dpooled = (dscores @ W2.T).reshape(N, R, C, -1, 1).transpose(0, 3, 1, 2, 4)",
)
wrong_network(
    "pooling hands back to every cell",
    "Which cells of a window can move its maximum?",
    "np.put_along_axis(dcells, winner, dpooled, axis=4)",
    "dcells += dpooled",
)
wrong_network(
    "the mean instead of the maximum",
    "What does the network pool with?",
    "pooled = np.take_along_axis(cells, winner, axis=4)",
    "pooled = cells.mean(axis=4, keepdims=True)",
    "np.put_along_axis(dcells, winner, dpooled, axis=4)",
    "dcells += dpooled / pool**2",
)
wrong_network(
    "the convolution's bias stays behind",
    "Print grads['b1']. Does a nudge of b1 not change the loss?",
    "db1 = dmaps.sum(axis=(0, 2, 3))",
    "db1 = 0 * b",
)
wrong_network(
    "downhill already",
    "The gradient points uphill. Nudge one weight: has your slope the right sign?",
    "loss, dscores = softmax_loss(scores, y)",
    "loss, dscores = softmax_loss(scores, y)\n    dscores = -dscores",
)


@cnn_loss.alternative("layer by layer, with a list of steps back")
def steps_back(params, X, y, pool):
    w1 = params["w1"]
    conv, conv_cache = conv_forward(X, w1, params["b1"], 1, w1.shape[3] // 2)
    positive = conv > 0
    maxima, pool_cache = max_pool_forward(np.where(positive, conv, 0), pool, pool, pool)
    flat = maxima.reshape(maxima.shape[0], -1)
    loss, d = softmax_loss(flat @ params["W2"] + params["b2"], y)  # noqa: F821
    grads = {"W2": flat.T @ d, "b2": d.sum(axis=0)}
    d = max_pool_backward((d @ params["W2"].T).reshape(maxima.shape), pool_cache)
    grads["w1"], grads["b1"] = conv_backward(d * positive, conv_cache)[1:]
    return loss, grads


for line in (
    "maps, conv = conv_forward(X, params['w1'], params['b1'], 1, params['w1'].shape[3] // 2)",
    "maps, conv = conv_forward(X, params['w1'], params['b1'], 1, params['w1'].shape[-2] // 2)",
):
    cnn_loss.equivalent(line, "the kernel is square")
cnn_loss.equivalent(
    "scores, last = affine_forward(pooled_maps.reshape(len(X), -2), params['W2'], params['b2'])",
    "NumPy takes any negative size for the unknown one",
)


# --- train_cnn --------------------------------------------------------------------------------

STEPS, TURN, LEARNS = "every step", "every sample once an epoch", "it learns digits"
train_cnn = Exercise(
    points={STEPS: 0.5, TURN: 0.25, LEARNS: 0.25}, visible=(STEPS, STEPS, STEPS, STEPS, TURN)
)
PICTURES = 300
ENOUGH = 0.8


@train_cnn.cases
def _(rng):
    def start(features, rows=1):
        return {"w": numbers(rng, features), "b": numbers(rng, (rows, 2))}

    # With all samples in one batch chance plays no part.
    for n, features, lr, rho, epochs in (
        (4, 2, 0.5, 0.5, 1),
        (3, 3, 0.1, 0.9, 4),
        (1, 2, 0.25, 0.0, 3),
        (5, 1, 0.2, 0.75, 2),
    ):
        X, y = numbers(rng, (n, features)), numbers(rng, n)
        inputs = {"params": start(features), "X": X, "y": y, "lr": lr, "rho": rho, "batch_size": n}
        yield Case(STEPS, "trained", **inputs, epochs=epochs)
    X, y = numbers(rng, (3, 2)), numbers(rng, 3)
    inputs = {"params": start(2, 3), "X": X, "y": y, "lr": 0.3, "rho": 0.4}
    yield Case(STEPS, "trained", **inputs, batch_size=8, epochs=3)
    yield Case(STEPS, "trained", **inputs, batch_size=3, epochs=0)
    # Nor where all samples are alike: here with several steps an epoch.
    X, y = np.tile(numbers(rng, 2), (5, 1)), np.full(5, 0.5)
    inputs = {"params": start(2), "X": X, "y": y, "lr": 0.25, "rho": 0.6}
    yield Case(STEPS, "trained", **inputs, batch_size=2, epochs=2)
    for n, size, epochs in ((11, 3, 2), (8, 4, 3), (5, 1, 2), (13, 5, 4), (14, 4, 1), (12, 12, 3)):
        seed = int(rng.integers(1000))
        yield Case(TURN, "batches", n=n, batch_size=size, epochs=epochs, seed=seed)
    X, y = pictures(rng, PICTURES)
    inputs = {"X": X, "y": y, "lr": 0.5, "rho": 0.5, "batch_size": 32, "epochs": 8}
    yield Case(LEARNS, "learnt", **inputs, seed=int(rng.integers(1000)))


train_cnn.accept(TURN)(every_turn)
train_cnn.accept(LEARNS)(reads_digits(ENOUGH))
train_cnn.equivalent(
    "for _ in range(epochs):", "the bar is for the eye; it changes nothing that is computed"
)
train_cnn.mistake(
    "no momentum",
    "With which share of the last step does the next one begin? Try rho = 0.",
    "rho * velocity[name] - lr * slopes[name]",
    "-lr * slopes[name]",
)
train_cnn.mistake(
    "the velocity begins anew with every epoch",
    "Print the velocity at the beginning of the second epoch. Should the ball stand still there?",
    "    velocity = {name: np.zeros_like(array) for name, array in params.items()}\n"
    "    for _ in progress(range(epochs)):\n",
    "    for _ in progress(range(epochs)):\n"
    "        velocity = {name: np.zeros_like(array) for name, array in params.items()}\n",
)
train_cnn.mistake(
    "the velocity is taken away",
    "The minus stands in the velocity already. What happens if it is subtracted again?",
    "params[name] + velocity[name]",
    "params[name] - velocity[name]",
)
train_cnn.mistake(
    "the step is taken before the velocity is new",
    "In the two formulas, which v stands in the second one: the old or the new?",
    "            velocity = {name: rho * velocity[name] - lr * slopes[name] for name in params}\n"
    "            params = {name: params[name] + velocity[name] for name in params}\n",
    "            params = {name: params[name] + velocity[name] for name in params}\n"
    "            velocity = {name: rho * velocity[name] - lr * slopes[name] for name in params}\n",
)
train_cnn.mistake(
    "the learning rate slows the velocity too",
    "Which of the two terms of the velocity does the learning rate stand at?",
    "rho * velocity[name] - lr * slopes[name]",
    "lr * (rho * velocity[name] - slopes[name])",
)
train_cnn.mistake(
    "the last batch is dropped",
    "Count visits per sample: does every one get its turn when 4 does not divide 10?",
    "range(0, len(y), batch_size)",
    "range(0, len(y) - min(batch_size, len(y)) + 1, batch_size)",
)
train_cnn.mistake(
    "shuffled once",
    "Are two epochs' orders equal? Print the first batch of each.",
    "    for _ in progress(range(epochs)):\n        shuffled = rng.permutation(len(y))\n",
    "    shuffled = rng.permutation(len(y))\n    for _ in progress(range(epochs)):\n",
)
train_cnn.mistake(
    "never shuffled",
    "Print the first batch. Is it the beginning of the data, again and again?",
    "rng.permutation(len(y))",
    "np.arange(len(y))",
)
train_cnn.mistake(
    "pictures and labels come apart",
    "Draw the first picture of a batch and print its label. Do they fit?",
    "y[rows]",
    "y[first : first + batch_size]",
)
train_cnn.mistake(
    "drawn with replacement",
    "How often does each sample come in an epoch? Count.",
    "rng.permutation(len(y))",
    "rng.integers(len(y), size=len(y))",
)
train_cnn.mistake(
    "one epoch only",
    "Call it with epochs = 1 and with epochs = 5. Do the results differ?",
    "progress(range(epochs))",
    "progress(range(min(epochs, 1)))",
)
train_cnn.mistake(
    "params are changed in place",
    "Print what you handed in as params, before and after the call. Which array did you change?",
    "            params = {name: params[name] + velocity[name] for name in params}\n",
    "            for name in params:\n                params[name] += velocity[name]\n",
)


@train_cnn.alternative("copies, then in place")
def copies_first(loss, params, X, y, lr, rho, batch_size, epochs, rng):
    params = {name: np.array(array, dtype=float) for name, array in params.items()}
    speed = dict.fromkeys(params, 0.0)
    for _ in range(epochs):
        shuffled = rng.permutation(X.shape[0])
        X_now, y_now = X[shuffled], y[shuffled]
        for k in range(0, X.shape[0], batch_size):
            grads = loss(params, X_now[k : k + batch_size], y_now[k : k + batch_size])[1]
            for name, gradient in grads.items():
                speed[name] = rho * speed[name] - lr * gradient
                params[name] += speed[name]
    return params


@train_cnn.alternative("batches by split, the learning rate outside")
def by_splitting(loss, params, X, y, lr, rho, batch_size, epochs, rng):
    pulled = {name: np.zeros(np.shape(array)) for name, array in params.items()}
    epoch = 0
    while epoch < epochs:
        order = np.arange(len(y))
        rng.shuffle(order)
        for rows in np.split(order, np.arange(batch_size, len(y), batch_size)):
            gradient = loss(params, X[rows], y[rows])[1]
            pulled = {k: rho * v + gradient[k] for k, v in pulled.items()}
            params = {k: v - lr * pulled[k] for k, v in params.items()}
        epoch += 1
    return params
