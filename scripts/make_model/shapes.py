"""Public shapes."""
MODELS = {}
DECODERS = []
