"""PostgreSQL and Redis of our own, for running the product with one command (DESIGN 1.9).

`start_stack(folder)` starts both. Decision record 0003 says why and how.
"""

from adapters.embedded.stack import Stack, start_stack

__all__ = ["Stack", "start_stack"]
