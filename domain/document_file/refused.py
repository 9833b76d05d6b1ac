"""How a file is refused: one code for the file, one fault that says why."""

from domain.errors import Fault, Refusal, Value


def refused(code: str, pointer: str = "", /, **values: Value) -> Refusal:
    """Return the refusal of a file. `pointer` names the entry of an archive, by number."""
    return Refusal("document_refused", faults=(Fault(pointer, code, values),))
