-- Give places of classes back, so many each: of vouchers that the caller, an authority of the region, ends.
create function give_back_voucher_places(classes uuid[], places integer[]) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  update voucher_class_places p set taken = p.taken - given.places
    from unnest(classes, places) as given(class_id, places)
    join voucher_class_offers o on o.id = given.class_id and starts_with(o.region_path, scope_region())
   where p.class_id = given.class_id;
end $$
