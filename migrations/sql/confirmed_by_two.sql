-- A manual finding counts once its second person has signed, and not before.
create function confirmed_by_two() returns trigger language plpgsql as $$
begin
  if not exists (select from cases c where c.place_id = new.place_id and c.id = new.manual_finding_id
                    and c.kind = 'manual_finding' and c.state = 'confirmed') then
    raise exception 'a manual finding needs two people'
      using errcode = '23514', constraint = 'confirmed_by_two', table = 'findings';
  end if;
  return null;
end $$
