"""Is never started: what builds it fails."""
