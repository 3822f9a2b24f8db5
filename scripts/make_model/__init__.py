"""Writes random-weight models in hub layout; called by scripts/make-model.py and read by scripts/make-golden.py."""
