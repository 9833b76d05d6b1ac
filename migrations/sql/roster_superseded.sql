-- Rosters are versioned: a draft's people leave it all together, at the version the filing then goes
-- by, and nothing else is ever said of a person who is only planned.
create function roster_superseded() returns trigger language plpgsql as $$
begin
  if old.until_roster_version is not null or new.until_roster_version is null
     or (new.started_on, new.ended_on, new.exit_reason)
        is distinct from (old.started_on, old.ended_on, old.exit_reason)
     or not exists (select from filings f
                     where f.place_id = new.place_id and f.id = new.filing_id
                       and f.submitted_at is null
                       and f.roster_version = new.until_roster_version) then
    raise exception 'a roster is replaced by its next version alone'
      using errcode = '23514', constraint = 'roster_superseded', table = 'enrolments';
  end if;
  return new;
end $$
