"""nbgrader's settings for learners: setup.sh copies them, with the exchange's place filled in."""

from pathlib import Path

from nbgrader.exchange.default import ExchangeSubmit


class PrivateSubmit(ExchangeSubmit):
    """Hands in so that nobody else can change it: nbgrader's own leaves the folder open to all."""

    def copy_files(self) -> None:
        """Copy to the exchange; then close it to others, whatever its name gives away."""
        super().copy_files()
        Path(self.inbound_path, self.assignment_filename).chmod(0o755)


c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets provides it to configuration files
c.CourseDirectory.course_id = "@COURSE@"
c.Exchange.root = "@EXCHANGE@"
c.ExchangeFactory.submit = PrivateSubmit
