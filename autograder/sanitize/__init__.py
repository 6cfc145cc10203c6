"""The one place where what learners wrote is made safe to open.

Text, names, markdown, HTML, pictures, outputs and whole notebooks go in; plain text, PNG and
cleaned HTML come out. Nothing that comes out can run a script, load anything from elsewhere, or
take longer to show than a screenful deserves.
"""

from autograder.sanitize.cell import harmless_cell, harmless_text, is_formula
from autograder.sanitize.html import clean_html
from autograder.sanitize.markdown import clean_markdown
from autograder.sanitize.notebook import clean_attachments, clean_notebook, clean_outputs
from autograder.sanitize.picture import clean_picture
from autograder.sanitize.text import clean_name, clean_text

__all__ = [
    "clean_attachments",
    "clean_html",
    "clean_markdown",
    "clean_name",
    "clean_notebook",
    "clean_outputs",
    "clean_picture",
    "clean_text",
    "harmless_cell",
    "harmless_text",
    "is_formula",
]
