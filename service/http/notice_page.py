"""A notice as a page to read and to print (公示文本), in both languages."""

from html import escape
from typing import Final

from domain.errors import RefusalKind, Text
from domain.money import yuan
from domain.notice import PublicNotice
from domain.policy.overlay import NoticeOf
from service.http.html import page, paragraphs, table

_HEAD: Final = '<meta name="robots" content="noindex, nofollow">'
_TITLES: Final = {
    NoticeOf.LISTING: Text("拟列入公示", "Notice before listing"),
    NoticeOf.SETTLEMENT: Text("补贴公示", "Notice of subsidies"),
    NoticeOf.VOUCHER_SETTLEMENT: Text("职业培训券补贴公示", "Notice of voucher subsidies"),
}
_SAID: Final = {
    NoticeOf.LISTING: Text(
        "对拟列入企业新型学徒培训计划的下列企业予以公示",
        "that the following enterprises are to be listed in the apprenticeship plan",
    ),
    NoticeOf.SETTLEMENT: Text(
        "对下列企业新型学徒制培训补贴予以公示", "of the following apprenticeship subsidies"
    ),
    NoticeOf.VOUCHER_SETTLEMENT: Text(
        "对下列职业培训券补贴予以公示", "of the following subsidies by training vouchers"
    ),
}


def text_of(shown: PublicNotice) -> Text:
    """Return the sentence that is printed: what, from when to when, and how to object."""
    start, end = shown.starts_on.isoformat(), shown.ends_on.isoformat()
    address = f"/v1/notices/{shown.id}/objections"
    said = _SAID[shown.of]
    return Text(
        f"{shown.bureau}{said.zh}，公示期自 {start} 起至 {end} 止。"
        f"如有异议，请在公示期内向{shown.bureau}提出，也可在线提交（{address}），无须登录；"
        "请写明序号和理由。",
        f"{shown.bureau} gives notice {said.en}, from {start} to {end}. Objections go to the bureau "
        f"within that period, or to {address} without signing in; name the item and say why.",
    )


def notice_page(shown: PublicNotice) -> str:
    """Return the page of a running notice."""
    items, title = shown.items or (), _TITLES[shown.of]
    amount = () if shown.of is NoticeOf.LISTING else ("金额（元） Amount (yuan)",)
    payee = "单位 Payee" if shown.of is NoticeOf.VOUCHER_SETTLEMENT else "企业 Enterprise"
    parts = [
        f"<h1>{escape(title.zh)} <span class='en'>{escape(title.en)}</span></h1>",
        paragraphs(text_of(shown)),
        table(
            ("序号 No", payee, "人数 People", *amount),
            [
                (
                    str(item.item_no),
                    escape(item.enterprise),
                    str(item.people),
                    *_yuan(item.amount_fen),
                )
                for item in items
            ],
        ),
        *(
            table(
                (
                    f"{item.item_no} · 序号 No",
                    "姓名 Name",
                    "证件号码 Number",
                    *amount,
                ),
                [
                    (
                        str(one.line_no),
                        escape(one.name),
                        escape(one.identity_masked),
                        *_yuan(one.amount_fen),
                    )
                    for one in item.persons
                ],
            )
            for item in items
        ),
    ]
    return page(title, "", "".join(parts), head=_HEAD)


def _yuan(amount_fen: int | None) -> tuple[str, ...]:
    return () if amount_fen is None else (yuan(amount_fen),)


def unavailable_page(kind: RefusalKind) -> str:
    """Return the page that says, in both languages, why there is nothing to read."""
    title = f"<h1>{escape(kind.title.zh)} <span class='en'>{escape(kind.title.en)}</span></h1>"
    return page(kind.title, "", title + paragraphs(kind.detail), head=_HEAD)
