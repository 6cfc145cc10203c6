"""Where many answers are right: remarks, mistakes that take many forms, and quiet inputs."""

import pytest

from autograder.oracle import Oracle
from autograder.unit import load_unit


@pytest.fixture(scope="module")
def oracle():
    return Oracle(load_unit("03_perceptron"), "a seed")


def judged(oracle, name, source):
    return oracle.judge(name, oracle.observe_version(name, source))


def test_a_right_answer_earns_a_remark(oracle):
    five = "def xor(a, b):\n    return nand(nand(a, not_(b)), nand(not_(a), b))"
    (criterion,) = judged(oracle, "xor", five).criteria
    assert criterion.passed
    assert criterion.message == "5 NAND gates, right for every input"


LOST_CARRIES = {
    "half adders": """
    p1, _ = half_adder(and_(a1, b0), and_(a0, b1))
    return 0, and_(a1, b1), p1, and_(a0, b0)""",
    "NANDs": """
    left, right = nand(a1, b0), nand(a0, b1)
    middle = nand(left, right)
    p1 = nand(nand(left, middle), nand(right, middle))
    return and_(0, a1), not_(nand(b1, a1)), p1, not_(nand(b0, a0))""",
    "full adders": """
    p1, _ = full_adder(and_(a1, b0), and_(a0, b1), 0)
    p2, p3 = full_adder(and_(a1, b1), 0, 0)
    return p3, p2, p1, and_(a0, b0)""",
}


@pytest.mark.parametrize("body", LOST_CARRIES.values(), ids=LOST_CARRIES)
def test_a_mistake_is_recognised_however_it_is_wired(oracle, body):
    verdict = judged(oracle, "multiply_2bit", f"def multiply_2bit(a1, a0, b1, b0):{body}")
    assert verdict.diagnosis == "the carry is lost"
    assert verdict.points == 1, "all products but one are right"


def test_inputs_that_are_the_probes_business_are_not_shown(oracle):
    verdict = judged(oracle, "and_", "def and_(a, b):\n    return nand(a, b)")
    (criterion,) = verdict.criteria
    assert criterion.message == "for a = 0, b = 0 it gives 1, not 0 (4 of 4 cases are wrong)"
    assert verdict.example is None


def test_other_inputs_are_shown(oracle):
    verdict = judged(oracle, "step", "def step(z):\n    return 0 * z")
    assert verdict.criteria[0].message.startswith("step(z=1e-12): ")
    assert verdict.example.call == "step(z=1e-12)"


def test_two_criteria_with_the_same_inputs_have_messages_of_their_own(oracle):
    source = "def multiply_2bit(a1, a0, b1, b0):\n    return 0, 0, 0, and_(a0, b0)"
    first, second = judged(oracle, "multiply_2bit", source).criteria
    assert first.message.endswith("of 15 products are wrong")
    assert second.message.endswith("of 16 products are wrong")
