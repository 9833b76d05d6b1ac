"""Refusals of jobs, of the ledger, and of the servers the program starts itself."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

JOBS: Final = (
    kind(
        "job_not_replayable",
        Family.STATE_CONFLICT,
        ("任务不能重新执行", "The job cannot be replayed"),
        (
            "任务处于“{state}”状态，只有被拒绝或已终止的任务可以重新执行。",
            "The job is “{state}”; only a refused or dead job can be run again.",
        ),
    ),
)

LEDGER: Final = (
    kind(
        "fund_insufficient",
        Family.RULE_BROKEN,
        ("资金余额不足", "The account does not hold enough"),
        (
            "相关账套的余额不足以支付此项金额，未记账。",
            "The account this would be taken from does not hold that much; nothing was posted.",
        ),
    ),
    kind(
        "already_posted",
        Family.STATE_CONFLICT,
        ("该笔款项已记账", "Already posted"),
        (
            "同一事项的款项已经记账，不会重复记账。",
            "This movement of money has been posted before and is not posted twice.",
        ),
    ),
)

EMBEDDED: Final = (
    kind(
        "data_folder_in_use",
        Family.STATE_CONFLICT,
        ("数据目录正在使用", "The data folder is in use"),
        (
            (
                "数据目录 {folder} 正被另一个程序使用（进程号 {pid}）。"
                "请先停止该程序，或指定其他数据目录。"
            ),
            (
                "Another program (process {pid}) is using the data folder {folder}. "
                "Stop it, or name another data folder."
            ),
        ),
    ),
    kind(
        "data_folder_unusable",
        Family.UNAVAILABLE,
        ("数据目录不可用", "The data folder cannot be used"),
        (
            (
                "当前用户无法使用数据目录 {folder}（{reason}）。"
                "请以该目录所有者的身份运行，或指定其他数据目录。"
            ),
            (
                "This user cannot use the data folder {folder} ({reason}). "
                "Run as its owner, or name another data folder."
            ),
        ),
    ),
    kind(
        "data_folder_other_version",
        Family.STATE_CONFLICT,
        ("数据目录属于其他版本", "The data folder is of another version"),
        (
            (
                "数据目录 {folder} 由 PostgreSQL {found} 创建，不能用 PostgreSQL {wanted} 打开。"
                "请指定其他数据目录。"
            ),
            (
                "The data folder {folder} was made by PostgreSQL {found} and cannot be opened "
                "by {wanted}. Name another data folder."
            ),
        ),
    ),
    kind(
        "embedded_account_missing",
        Family.UNAVAILABLE,
        ("缺少运行数据库的用户", "No user to run the database"),
        (
            "数据库不能以 root 身份运行，而本机没有用户“{user}”。请以普通用户身份运行。",
            (
                "The database cannot run as root and this machine has no user “{user}”. "
                "Run as an ordinary user."
            ),
        ),
    ),
    kind(
        "embedded_server_failed",
        Family.UNAVAILABLE,
        ("内置服务未能启动", "An embedded server did not start"),
        (
            "{server} 未能启动，原因见：{log}",
            "{server} did not start; the reason is in: {log}",
        ),
    ),
    kind(
        "embedded_server_missing",
        Family.UNAVAILABLE,
        ("本机没有内置数据库", "No embedded database on this machine"),
        (
            "本机未安装可用的 {server} 程序。请设置 XUETU_DATABASE_URL，使用已有的数据库。",
            (
                "No usable program of {server} is installed here. "
                "Set XUETU_DATABASE_URL to use a database of your own."
            ),
        ),
    ),
    kind(
        "embedded_no_socket_folder",
        Family.UNAVAILABLE,
        ("没有可放置套接字的目录", "No folder for sockets"),
        (
            "以下目录均不可用：{tried}。请用 TMPDIR 指定一个路径较短且可写的目录。",
            (
                "None of these folders can be used: {tried}. "
                "Set TMPDIR to a writable folder with a short path."
            ),
        ),
    ),
)
