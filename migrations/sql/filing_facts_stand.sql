-- What a filing says stands once it is said (CASES 3): dates are reported once, only an authority
-- lists, and after submission only an authority changes the policy or the roster it goes by.
create function filing_facts_stand() returns trigger language plpgsql as $$
declare
  authority boolean := coalesce(starts_with(new.region_path, scope_region()), false);
begin
  if (old.submitted_at is not null and new.submitted_at is distinct from old.submitted_at)
     or (old.listing_id is not null
         and (new.listing_id, new.listed_on) is distinct from (old.listing_id, old.listed_on))
     or (old.opened_on is not null and new.opened_on is distinct from old.opened_on)
     or (old.completed_on is not null and new.completed_on is distinct from old.completed_on)
     or (not authority
         and (new.listing_id, new.listed_on) is distinct from (old.listing_id, old.listed_on))
     or (not authority and old.submitted_at is not null
         and (new.policy_version_id, new.roster_version, new.people)
             is distinct from (old.policy_version_id, old.roster_version, old.people)) then
    raise exception 'what a filing says stands'
      using errcode = '23514', constraint = 'filing_facts_stand', table = 'filings';
  end if;
  return new;
end $$
