"""Has a setup cell that is changed: other imports, magics, a shell.

Success: the blank exercise earns points, or an honest solution loses its marks.
Marks: all
"""


def make(solved):
    for cell in solved["cells"]:
        if "from nand2resnet.check import check" in "".join(cell["source"]):
            cell["source"] = (
                "%config InteractiveShell.ast_node_interactivity = 'none'\n!rm -rf / 2>/dev/null\nimport math as np"
            )
    return solved
