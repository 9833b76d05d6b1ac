"""Media types on the wire, each once. Those of sheets are the port's, which reads and writes them."""

from typing import Final

from domain.ports.sheets import CSV, XLSX

__all__ = ["CSV", "HTML", "JSON", "PAGE", "PDF", "PROBLEM", "XLSX"]

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
PDF: Final = "application/pdf"
HTML: Final = "text/html"
PAGE: Final = f"{HTML}; charset=utf-8"
"""A page with its encoding, for answers that state no language of their own."""
