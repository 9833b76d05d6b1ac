"""Spreadsheet files, read one at a time: what one large file takes, several do not take together."""

import threading

from adapters.sheets.templates import write_csv, write_xlsx
from adapters.sheets.text import read_csv
from adapters.sheets.xlsx import read_xlsx
from domain.ports.sheets import CSV, WIDE, Bounds, Sheet, Sheets, Template


class SheetFiles(Sheets):
    """CSV by the standard library, XLSX by calamine and XlsxWriter."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def read(self, raw: bytes, media: str, bounds: Bounds = WIDE) -> Sheet:
        with self._turn:
            return read_csv(raw, bounds) if media == CSV else read_xlsx(raw, bounds)

    def write(self, template: Template, media: str) -> bytes:
        return write_csv(template) if media == CSV else write_xlsx(template)
