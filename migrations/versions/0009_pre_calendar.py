"""Working days: exceptions to Monday-to-Friday for the nation and for single regions, by year.

Seeded with the years that chinesecalendar knows; later years are loaded as data. What was loaded
stands: a correction is a higher version of the day.

Revision ID: 0009
"""

from datetime import date, timedelta

from chinese_calendar import is_workday

from migrations.support import append_only, drop_tables, placeless, run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEEDED = range(2004, 2027)
SOURCE = "chinesecalendar 1.11.0"


def _exceptions() -> list[tuple[date, bool]]:
    days = (
        date(SEEDED.start, 1, 1) + timedelta(days=n)
        for n in range((date(SEEDED.stop, 1, 1) - date(SEEDED.start, 1, 1)).days)
    )
    return [(day, is_workday(day)) for day in days if is_workday(day) != (day.weekday() < 5)]


def upgrade() -> None:
    run(
        """
        create table calendar_years (
          year smallint primary key check (year between 2000 and 2100),
          document text not null check (length(document) between 1 and 200)
        )
        """,
        *placeless("calendar_years", write="scope_person() = system_person()"),
        *append_only("calendar_years"),
        """
        create table calendar_days (
          region_path text not null check (starts_with(region_path, '/')),
          day date not null,
          version integer not null check (version > 0),
          working boolean not null,
          document text not null check (length(document) between 1 and 200),
          primary key (region_path, day, version)
        )
        """,
        *placeless("calendar_days", write="scope_person() = system_person()"),
        *append_only("calendar_days"),
        "insert into calendar_years (year, document) values "
        + ", ".join(f"({year}, '{SOURCE}')" for year in SEEDED),
        "insert into calendar_days (region_path, day, version, working, document) values "
        + ", ".join(
            f"('/', '{day.isoformat()}', 1, {str(working).lower()}, '{SOURCE}')"
            for day, working in _exceptions()
        ),
    )


def downgrade() -> None:
    drop_tables(("calendar_days", "calendar_years"))
