"""Where nations stand: four layers, five dimensions of control, archetypes, capital; a source under every figure."""
