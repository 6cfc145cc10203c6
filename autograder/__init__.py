"""The grader an instructor trusts: build, sandbox, oracle, class grading, reports."""
