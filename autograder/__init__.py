"""The grader an instructor trusts: build, sandbox, oracle, class grading, reports."""

import sys

# nbformat and nbgrader import jsonschema, and that, where it can, a checker of international web
# addresses, which builds forty parsers for a whole second. No notebook holds what it checks.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
