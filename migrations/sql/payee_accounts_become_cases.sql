-- Accounts on file from before accounts were cases: each is declared by who drafted the first filing
-- that names it, and waits for its verification like a new one.
do $$
declare
  account record;
begin
  perform set_config('xuetu.region_path', '/', true);
  for account in
    select distinct on (a.place_id, a.id) a.place_id, a.id, a.org_id, a.region_path, a.created_at, s.person_id
      from payee_accounts a
      join filings f on f.place_id = a.place_id and f.payee_account_id = a.id
      join case_steps s on s.place_id = f.place_id and s.case_id = f.id and s.seq = 1
     order by a.place_id, a.id, f.id
  loop
    perform set_config('xuetu.person_id', account.person_id::text, true);
    insert into cases (place_id, id, kind, org_id, region_path, state, step_seq, created_at)
    values (account.place_id, account.id, 'account_change', account.org_id, account.region_path, 'declared', 1,
            account.created_at);
    insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, region_path)
    values (account.place_id, account.id, account.person_id, 'file', 'account_change', account.org_id,
            account.region_path);
    insert into case_steps (place_id, case_id, seq, case_kind, org_id, region_path, from_state, to_state, duty,
                            person_id, at)
    values (account.place_id, account.id, 1, 'account_change', account.org_id, account.region_path, 'new',
            'declared', 'file', account.person_id, account.created_at);
  end loop;
  perform set_config('xuetu.region_path', '', true);
  perform set_config('xuetu.person_id', '', true);
end $$
