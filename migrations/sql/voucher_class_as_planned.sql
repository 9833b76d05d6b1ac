-- A voucher class is offered as its provider planned it, and only as long as it is planned: what has
-- been reported as started takes nobody in.
create function voucher_class_as_planned() returns trigger language plpgsql as $$
begin
  if new.closed_at is null and not exists (
    select from voucher_classes k join cases c on c.place_id = k.place_id and c.id = k.id
     where k.id = new.id and c.state = 'planned'
       and (k.region_path, k.org_id, k.project_id, k.class_name, k.occupation_code, k.occupation_name,
            k.capacity, k.fee_fen, k.site, k.starts_on, k.ends_on)
         = (new.region_path, new.provider_id, new.project_id, new.class_name, new.occupation_code,
            new.occupation_name, new.capacity, new.fee_fen, new.site, new.starts_on, new.ends_on)
       and k.grade is not distinct from new.grade) then
    raise exception 'a voucher class is offered as planned'
      using errcode = '23514', constraint = 'voucher_class_as_planned', table = 'voucher_class_offers';
  end if;
  return new;
end $$
