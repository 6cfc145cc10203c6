"""The course's data sets: two that ship with it, and two larger ones of pictures.

    from nand2resnet import data

    images, labels = data.digits()
    train, test = data.digits().split()
    features, target, names = data.diabetes()

    pictures = data.mnist()          # or data.cifar10()
    pictures.train.images            # uint8, shape (N, C, H, W)
    pictures.train.labels            # int64, shape (N,)

Every call reads the file again, so that changing an array spoils nothing. MNIST and CIFAR-10 are
downloaded when they are first asked for; where they cannot be had, the digits stand in. Where the
data come from is said in README.md beside this file.
"""

from nand2resnet.data.pictures import Pictures, PictureSet
from nand2resnet.data.sets import cifar10, mnist
from nand2resnet.data.shipped import Diabetes, Digits, diabetes, digits

__all__ = [
    "Diabetes",
    "Digits",
    "PictureSet",
    "Pictures",
    "cifar10",
    "diabetes",
    "digits",
    "mnist",
]
