"""The embedded launcher, with real processes."""
