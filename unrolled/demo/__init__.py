"""`unrolled demo`: a small made-up class goes through release, collection, grading and feedback."""

from unrolled.demo.play import play

__all__ = ["play"]
