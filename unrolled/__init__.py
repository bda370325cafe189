"""Unrolled: a course on recurrent networks and LSTMs whose exercises grade themselves."""
