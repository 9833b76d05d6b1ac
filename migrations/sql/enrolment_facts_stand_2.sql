-- A person's training is reported once (CASES 3): it begins on the day of the opening report and
-- ends within the class, and an end is never edited, by nobody. A filer takes reported steps only.
-- People are freed only with their filing: returned (a new roster version), or ended unlisted,
-- lapsed or terminated.
create or replace function enrolment_facts_stand() returns trigger language plpgsql as $$
declare
  authority boolean := coalesce(starts_with(new.region_path, scope_region()), false);
  class record;
begin
  select f.opened_on, f.completed_on, c.state into class
    from filings f join cases c on c.place_id = f.place_id and c.id = f.id
   where f.place_id = new.place_id and f.id = new.filing_id;
  if old.state in ('completed', 'failed', 'exited', 'replaced', 'freed')
     or (old.started_on is not null and new.started_on is distinct from old.started_on)
     or (new.state = 'freed'
         and (old.state <> 'enrolled' or class.state not in (
           'returned_for_correction', 'withdrawn', 'refused', 'lapsed', 'terminated')))
     or (not authority and (old.state, new.state) not in (
          ('planned', 'enrolled'), ('enrolled', 'freed'), ('enrolled', 'in_training'),
          ('in_training', 'completed'), ('in_training', 'failed'), ('in_training', 'exited'))) then
    raise exception 'what is said of a person stands'
      using errcode = '23514', constraint = 'enrolment_facts_stand', table = 'enrolments';
  end if;
  if new.started_on <> class.opened_on or new.ended_on > class.completed_on
     or new.ended_on < new.started_on
     or (new.started_on is not null and class.opened_on is null)
     or (new.ended_on is not null and not authority and class.completed_on is null) then
    raise exception 'a person trains within the class'
      using errcode = '23514', constraint = 'trained_within_class', table = 'enrolments';
  end if;
  return new;
end $$
