"""nbgrader's settings for this repository: a stock nbgrader and the formgrader read them here."""

c = get_config()  # noqa: F821 - traitlets provides it to configuration files

c.CourseDirectory.course_id = "nand2resnet"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
# The gradebook is gradebook.db in this folder, nbgrader's default. CourseDirectory.db_url takes the
# URL of another database, such as PostgreSQL.

# nbgrader copies whatever stands beside a source notebook into the release and into the graded
# folder, and beside ours stand the reference, the hidden cases and the known mistakes. On the
# command line a release therefore copies nothing but the notebook ...
c.GenerateAssignmentApp.CourseDirectory.ignore = ["*", ".*"]
# ... and this list serves what does not see that scope, such as the formgrader's button. It holds
# for what learners hand in as well, where timestamp.txt must pass: so *.txt is not in it.
c.CourseDirectory.ignore = [
    ".*",
    "__pycache__",
    "feedback",
    "*.csv",
    "*.db",
    "*.json",
    "*.lock",
    "*.md",
    "*.npz",
    "*.pkl",
    "*.pt",
    "*.py",
    "*.pyc",
    "*.toml",
    "*.yaml",
    "*.yml",
]

# What a learner finds where a solution was.
c.ClearSolutions.code_stub = {
    "python": 'raise NotImplementedError("Write your code here, in place of this line.")'
}

# `nbgrader autograde` and the formgrader's button grade as `n2r grade` does: in the sandbox, by
# the same cases, with the same marks. What nbgrader would do to a submission before and while
# running it has no place then; what it does afterwards stays.
c.Autograde.pre_convert_hook = "autograder.nbgrader_glue.register_unit"
c.Autograde.exporter_class = "autograder.nbgrader_glue.GradingExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# What lateness costs, if anything, stands in the class folder's class.toml.
c.AssignLatePenalties.plugin_class = "autograder.lateness.plugin.ClassPolicy"

# `nbgrader generate_feedback` and the formgrader's button write the pages of `n2r feedback`: with
# nbgrader's own, a learner's markup acts and the source of tests is shown.
c.GenerateFeedback.exporter_class = "autograder.nbgrader_glue.FeedbackExporter"
c.GenerateFeedback.preprocessors = []

# What is in the exchange under a student's name is collected only if it is the student's.
c.ExchangeFactory.collect = "autograder.exchange.CollectFromOwners"
