"""The `xuetu` command."""


def main() -> None:
    """Run the command line."""
