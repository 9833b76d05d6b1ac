-- A filing moves to a version only where the version's signed document names it (CASES 2).
create function named_by_its_document() returns trigger language plpgsql as $$
begin
  if not exists (select from policy_proposals p
                  where p.id = new.policy_version_id and new.filing_id = any (p.moves)) then
    raise exception 'the document does not name this filing'
      using errcode = '23514', constraint = 'named_by_its_document', table = 'policy_moves';
  end if;
  return new;
end $$
