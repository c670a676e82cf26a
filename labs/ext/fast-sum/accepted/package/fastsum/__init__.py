"""The package: what it has is in an extension within it."""

from ._core import byte_sum

__all__ = ["byte_sum"]
