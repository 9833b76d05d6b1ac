"""Which function does which kind of job."""

from collections.abc import Mapping
from functools import partial

from jobs import filing, notice, payment, settlement
from jobs.run import Handler


def handlers(chunk_rows: int) -> Mapping[str, Handler]:
    """Every kind of job the product writes; `chunk_rows` is how many rows a chunk takes."""
    return {
        "screen_filing": filing.screen_filing,
        "verify_settlement": settlement.verify_in_chunks(chunk_rows),
        "close_settlement": settlement.close,
        **notice.HANDLERS,
        "order_payments": payment.order_payments,
        "submit_batch": payment.submit_batch,
        "ingest_bank_result": partial(payment.ingest_bank_result, size=chunk_rows),
    }
