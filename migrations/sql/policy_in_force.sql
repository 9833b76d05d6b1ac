-- The version of a kind (standard or overlay) in force for a region on a day: the nearest going up
-- that has one. Within a region the version that began last decides; it closes the one before it on
-- the day before, so that an older one never comes back after a later one has ended.
create function policy_in_force(wanted text, path text, on_day date) returns uuid
language sql stable as $$
  select v.id
    from (select distinct on (p.region_path) p.id, p.region_path, p.valid_to
            from policy_versions p
           where p.kind = wanted and starts_with(path, p.region_path) and p.valid_from <= on_day
           order by p.region_path, p.valid_from desc, p.loaded_at desc, p.version desc) v
   where v.valid_to is null or on_day <= v.valid_to
   order by length(v.region_path) desc
   limit 1
$$
