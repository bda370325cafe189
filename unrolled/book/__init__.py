"""The Sphinx extensions of the book."""
