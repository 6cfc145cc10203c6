"""A unit's solved notebook, for tests of what its cells say and print."""

from dataclasses import dataclass

from autograder.unit import Unit


@dataclass(frozen=True)
class Solved:
    """The cells of a unit, and what its setup and exercise cells define."""

    unit: Unit
    namespace: dict

    def source_with(self, words):
        """The one cell whose text holds these words."""
        (cell,) = (cell for cell in self.unit.cells if words in cell.source)
        return cell.source

    def printed_by(self, words, capsys, **names):
        """What the one code cell with these words prints."""
        capsys.readouterr()
        exec(self.source_with(words), {**self.namespace, **names})
        return capsys.readouterr().out
