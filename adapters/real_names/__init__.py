"""Real-name services."""
