"""The course as a static site: every unit as its learner sees it, and the grader's pages."""
