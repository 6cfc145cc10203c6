"""`python -m autograder` is `n2r`."""

from autograder.cli import main

main()
