"""A network whose gradient grows at every block without a shortcut, for the figure's tests."""

GROWTH = 1.3


def network_with_cuts(depth, cuts):
    return depth, list(cuts)


def gradients_of(network):
    depth, cuts = network
    sizes = [0.25]
    for layer in reversed(range(depth - 2)):
        sizes.append(sizes[-1] * (GROWTH if layer // 2 in cuts else 1.02))
    return sizes[::-1]
