"""Records what Python's transformers answers on the tiny models; called by scripts/make-golden.py."""
