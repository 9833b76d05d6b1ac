"""Which function does which kind of job."""

from collections.abc import Mapping
from functools import partial

from domain.ports.document_store import DocumentStore
from domain.ports.messages import Messages
from domain.ports.real_names import RealNames
from domain.ports.training_register import TrainingRegister
from jobs import (
    filing,
    forgetting,
    notice,
    official_document,
    payment,
    prepayment,
    real_name,
    recovery,
    register_message,
    settlement,
    voucher,
    voucher_class,
    voucher_settlement,
)
from jobs.deadlines import in_every_place
from jobs.run import Handler
from service.application import deadlines
from service.application.archive import FILL_ARCHIVE, fill_archive
from service.application.real_name import CHECK_REAL_NAME, CHECK_REAL_NAMES
from service.application.register_message import SEND_REGISTER_MESSAGE
from service.application.voucher_class_calling_off import call_off_overdue_classes
from service.application.voucher_expiry import EXPIRE_VOUCHERS, expire_vouchers
from service.application.voucher_issue import ISSUE_VOUCHERS


def handlers(
    chunk_rows: int,
    messages: Messages,
    documents: DocumentStore,
    real_names: RealNames,
    register: TrainingRegister,
) -> Mapping[str, Handler]:
    """Every kind of job the product writes; `chunk_rows` is how many rows a chunk takes."""
    return {
        "issue_document": official_document.issue_document,
        "tell_of_document": official_document.tell_through(messages),
        "expire_corrections": in_every_place(deadlines.expire_corrections),
        "forget_outdated": forgetting.forget_in_chunks(chunk_rows),
        "lapse_filings": in_every_place(deadlines.lapse_filings),
        "remind_settlements": in_every_place(deadlines.remind_settlements),
        "screen_filing": filing.screen_filing,
        "close_terminated": filing.close_terminated,
        "verify_settlement": settlement.verify_in_chunks(chunk_rows),
        "close_settlement": settlement.close,
        "expire_recovery": recovery.expire_recovery,
        "take_receipts": recovery.take_receipts,
        **notice.HANDLERS,
        **voucher_class.HANDLERS,
        **voucher_settlement.HANDLERS,
        "call_off_overdue_classes": in_every_place(call_off_overdue_classes),
        **prepayment.HANDLERS,
        "order_payments": payment.order_payments,
        "submit_batch": payment.submit_batch,
        "ingest_bank_result": partial(payment.ingest_bank_result, size=chunk_rows),
        ISSUE_VOUCHERS: voucher.issue_from(documents, chunk_rows),
        EXPIRE_VOUCHERS: in_every_place(expire_vouchers, in_parts=True),
        FILL_ARCHIVE: in_every_place(fill_archive, in_parts=True),
        SEND_REGISTER_MESSAGE: register_message.send_through(register),
        CHECK_REAL_NAME: real_name.ask_about_voucher(real_names),
        CHECK_REAL_NAMES: real_name.ask_about_issue(real_names),
    }
