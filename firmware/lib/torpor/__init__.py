"""A power-aware scheduler for battery and solar nodes. It knows nothing of cameras."""

__version__ = "0.1.0"
