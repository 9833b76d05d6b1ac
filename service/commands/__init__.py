"""What the `xuetu` command does, one module a group."""
