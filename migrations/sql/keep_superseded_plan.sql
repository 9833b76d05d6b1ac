-- A plan that is corrected stays on file as it was: written by the change itself, so that no login
-- can change a plan and leave no trace of it.
create function keep_superseded_plan() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  insert into superseded_plans (place_id, org_id, partner_org_id, region_path, filing_id, version,
                                until_step, class_name, occupation_code, occupation_name,
                                target_grade, training_mode, provider_name, filed_starts_on,
                                filed_months, uplift_basis_points, fund_source, payee_account_id,
                                term_reason)
  select old.place_id, old.org_id, old.partner_org_id, old.region_path, old.id,
         1 + (select count(*) from superseded_plans p
               where p.place_id = old.place_id and p.filing_id = old.id),
         c.step_seq, old.class_name, old.occupation_code, old.occupation_name,
         old.target_grade, old.training_mode, old.provider_name, old.filed_starts_on,
         old.filed_months, old.uplift_basis_points, old.fund_source, old.payee_account_id,
         old.term_reason
    from cases c where c.place_id = old.place_id and c.id = old.id;
  return null;
end $$
