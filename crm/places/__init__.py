"""Places in China: its provinces, cities and districts, addresses as people write them, positions on a map."""
