-- The catalogue says what an approved entry says, and nothing else: who trains is decided by two people.
create function catalogued_as_approved() returns trigger language plpgsql as $$
begin
  if not exists (
    select from catalogue_entries e join cases c on c.place_id = e.place_id and c.id = e.id
     where e.id = new.id and c.state = 'approved'
       and (e.region_path, e.provider_id, e.change, e.effective_on, e.document_number)
         = (new.region_path, new.provider_id, new.change, new.effective_on, new.document_number)) then
    raise exception 'the catalogue says what was approved'
      using errcode = '23514', constraint = 'catalogued_as_approved', table = 'provider_catalogue';
  end if;
  return new;
end $$
