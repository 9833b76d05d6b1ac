"""The `xuetu` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from domain.errors import Refusal
from service.commands.refusal_lines import refusal_lines
from service.settings import VARIABLES, Settings, SettingsRefused, read_settings


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    given = _parser().parse_args(arguments)
    try:
        status = _done(given, read_settings())
        sys.stdout.flush()
    except SettingsRefused as refused:
        print(f"xuetu: {refused}", file=sys.stderr)
        status = 2
    except Refusal as refusal:
        print("\n".join(refusal_lines(refusal)), file=sys.stderr)
        status = 2
    except BrokenPipeError:  # whoever read the output has seen enough, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    raise SystemExit(status)


def _parser() -> argparse.ArgumentParser:
    variables = "\n".join(f"  {name:<30} {meaning}" for name, meaning in VARIABLES.items())
    parser = argparse.ArgumentParser(
        prog="xuetu",
        description="Xuetu (学徒): case management for enterprise apprenticeship subsidies.",
        epilog=f"environment:\n{variables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="serve with embedded servers, migrations and a demo region")
    told = commands.add_parser("demo", help="the 启东市 case over HTTP on a stack of its own")
    told.add_argument("--without-redis", action="store_true", help="do it with Redis stopped")
    commands.add_parser(
        "demo-vouchers",
        help="a voucher project over HTTP on a stack of its own, to a paid settlement",
    )
    commands.add_parser("api", help="one API process on XUETU_DATABASE_URL")
    db = commands.add_parser("db", help="logins and migrations").add_subparsers(
        dest="action", required=True
    )
    roles = db.add_parser("create-roles", help="make the two logins (and a database); idempotent")
    roles.add_argument("admin_url", help="a superuser's address (postgresql+asyncpg://…)")
    roles.add_argument("--database", help="also make this database, owned by xuetu_migrator")
    upgrade = db.add_parser("upgrade", help="migrate on XUETU_MIGRATION_DATABASE_URL")
    upgrade.add_argument("revision", nargs="?", default="head")
    commands.add_parser("doctor", help="can this installation do its work?")
    stuck = commands.add_parser(
        "jobs", help="list what stopped for good; `jobs replay ID` offers one again"
    )
    stuck.add_argument("action", nargs="?", choices=("list", "replay"), default="list")
    stuck.add_argument("id", nargs="?", default="", help="the job to offer again")
    accounts = commands.add_parser("account", help="accounts").add_subparsers(
        dest="action", required=True
    )
    worker = accounts.add_parser(
        "worker", help="open a worker's; citizen id and password on standard input, a line each"
    )
    worker.add_argument("name", help="what the worker signs in with")
    case = commands.add_parser("calculate", help="work a case out: CASE.json, or - for stdin")
    case.add_argument("case", help="the case as JSON; see `xuetu schema case`")
    packs = commands.add_parser("policies", help="list the policy packs")
    packs.add_argument("--json", action="store_true", help="the packs whole")
    schema = commands.add_parser("schema", help="print a JSON Schema")
    schema.add_argument("name", choices=("policy", "overlay", "case"))
    trail = commands.add_parser("audit", help="export and verify the audit trail").add_subparsers(
        dest="action", required=True
    )
    export = trail.add_parser("export", help="write a region's chains as JSON lines")
    export.add_argument("--region", default="/", help="region path, e.g. /32/3206/320681/")
    verify = trail.add_parser("verify", help="verify an export offline")
    verify.add_argument("file")
    verify.add_argument("--checkpoint", action="append", default=[], help="a checkpoint's file")
    verify.add_argument("--public-key", required=True, help="hex, from the auditor's own records")
    trail.add_parser("public-key", help="print the key that signs this installation's checkpoints")
    days = commands.add_parser("calendar", help="working days").add_subparsers(
        dest="action", required=True
    )
    load = days.add_parser("load", help="load a published year, or single days of a region")
    load.add_argument("file", type=Path, help="JSON: year or region, document, rest, worked")
    generated = commands.add_parser(
        "generate", help="write generated files: openapi, docs, schemas"
    )
    generated.add_argument("folder", nargs="?", default=".", type=Path)
    return parser


def _done(given: argparse.Namespace, settings: Settings) -> int:  # noqa: C901, PLR0912 - one line a command
    # Imported where it is run: a calculation should not wait for the server's imports.
    match given.command:
        case "run":
            from service.commands import run

            return run.run(settings)
        case "demo":
            from service.commands import demo

            return demo.demo(without_redis=given.without_redis)
        case "demo-vouchers":
            from service.commands import demo

            return demo.demo_vouchers()
        case "api":
            from service import asgi

            asgi.main([])
            return 0
        case "db":
            from service.commands import database

            if given.action == "create-roles":
                return database.make_roles(given.admin_url, database=given.database)
            return database.upgrade(settings, revision=given.revision)
        case "doctor":
            from service.commands import doctor

            return doctor.doctor(settings)
        case "jobs":
            from service.commands import jobs

            if given.action == "replay":
                return jobs.replay(settings, job_id=given.id)
            return jobs.stuck(settings)
        case "account":
            from service.commands import account

            return account.add_worker(settings, name=given.name)
        case "calculate" | "policies" | "schema":
            from service.commands import calculate

            if given.command == "calculate":
                return calculate.calculate(given.case)
            if given.command == "policies":
                return calculate.policies(whole=given.json)
            return calculate.schema(given.name)
        case "audit":
            from service.commands import audit

            if given.action == "export":
                return audit.export(settings, region_path=given.region)
            if given.action == "verify":
                return audit.verify(
                    given.file, checkpoints=given.checkpoint, public_key=given.public_key
                )
            return audit.public_key(settings)
        case "calendar":
            from service.commands import calendar

            return calendar.load(settings, given.file)
        case _:
            from service.commands import generate

            return generate.generate(given.folder)


if __name__ == "__main__":
    main()
