"""How the best is found: candidates, packing, stages."""
