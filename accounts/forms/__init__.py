"""What people type about customers, the people there, and tiers."""
