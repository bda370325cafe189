"""The grader: learner code in confined workers, checks and marks outside."""
