-- A joint class is published as its organiser planned it and two people confirmed it.
create function published_as_planned() returns trigger language plpgsql as $$
begin
  if not exists (
    select from joint_classes j join cases c on c.place_id = j.place_id and c.id = j.id
     where j.id = new.id and c.state = 'confirmed'
       and (j.region_path, j.org_id, j.class_name, j.occupation_code, j.occupation_name,
            j.target_grade, j.filed_months, j.starts_on)
         = (new.region_path, new.organiser_id, new.class_name, new.occupation_code,
            new.occupation_name, new.target_grade, new.filed_months, new.starts_on)
       and j.partner_org_id is not distinct from new.provider_id) then
    raise exception 'a joint class is published as confirmed'
      using errcode = '23514', constraint = 'published_as_planned', table = 'joint_class_plans';
  end if;
  return new;
end $$
