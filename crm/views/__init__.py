"""Pages of the ground: what every room needs once."""
