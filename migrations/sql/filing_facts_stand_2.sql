-- What a filing says stands once it is said (CASES 3): dates are reported once, only an authority
-- lists, and after submission only an authority changes the policy it goes by. The plan and the
-- roster are the filer's: as a draft, and while the filing is returned for correction.
create or replace function filing_facts_stand() returns trigger language plpgsql as $$
declare
  authority boolean := coalesce(starts_with(new.region_path, scope_region()), false);
  stands text;
begin
  select c.state into stands from cases c where c.place_id = new.place_id and c.id = new.id;
  if (old.submitted_at is not null and new.submitted_at is distinct from old.submitted_at)
     or (old.listing_id is not null
         and (new.listing_id, new.listed_on) is distinct from (old.listing_id, old.listed_on))
     or (old.opened_on is not null and new.opened_on is distinct from old.opened_on)
     or (old.completed_on is not null and new.completed_on is distinct from old.completed_on)
     or (not authority
         and (new.listing_id, new.listed_on) is distinct from (old.listing_id, old.listed_on))
     or (not authority and old.submitted_at is not null
         and new.policy_version_id is distinct from old.policy_version_id)
     or (not authority and old.submitted_at is not null and stands <> 'returned_for_correction'
         and (new.roster_version, new.people) is distinct from (old.roster_version, old.people))
     or ((authority or stands not in ('draft', 'returned_for_correction'))
         and (new.class_name, new.occupation_code, new.occupation_name, new.target_grade,
              new.training_mode, new.provider_name, new.filed_starts_on, new.filed_months,
              new.uplift_basis_points, new.fund_source, new.payee_account_id, new.term_reason)
             is distinct from
             (old.class_name, old.occupation_code, old.occupation_name, old.target_grade,
              old.training_mode, old.provider_name, old.filed_starts_on, old.filed_months,
              old.uplift_basis_points, old.fund_source, old.payee_account_id, old.term_reason)) then
    raise exception 'what a filing says stands'
      using errcode = '23514', constraint = 'filing_facts_stand', table = 'filings';
  end if;
  return new;
end $$
